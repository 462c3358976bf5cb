using BackupEngine.ControlPlane.Hosting;
using BackupEngine.ControlPlane.Schedules.Retention;
using BackupEngine.ControlPlane.Schedules.Runs;

namespace BackupEngine.ControlPlane.Schedules;

/// <summary>Adds backup policies.</summary>
internal static class ScheduleRegistration
{
    /// <summary>Adds what the API needs of them, and what a look at what is due is made of.</summary>
    public static IServiceCollection AddSchedules(this IServiceCollection services)
    {
        services.AddSingleton<RunPlanner>().AddSingleton<RunSettler>().AddSingleton<ScheduleService>();
        services.AddScoped<ScheduledBackups>().AddScoped<RunStarter>();
        services.AddScoped<RetentionPlanner>().AddScoped<RetentionWork>();
        return services;
    }

    /// <summary>Lets this process run them; not where its options say that others do.</summary>
    public static IServiceCollection RunSchedules(this IServiceCollection services, EngineOptions options)
    {
        if (options.ScheduleSeconds > 0)
            services.AddHostedService(provider => provider.GetRequiredService<ScheduleService>());
        return services;
    }
}
