using System.Threading.RateLimiting;
using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Authentication;
using BackupEngine.ControlPlane.Hosting;
using Microsoft.AspNetCore.RateLimiting;

namespace BackupEngine.ControlPlane.Api.RateLimits;

/// <summary>
/// How many requests a project may send. It has as many as the limit of a minute at once, and gets them back evenly; a
/// request beyond them is refused as OpenStack does it, and nothing waits.
/// </summary>
internal static class ProjectRateLimit
{
    private const string Refusal = "This request was rate-limited.";
    private const string Unlimited = "";
    private const int SecondsOfMinute = 60;

    /// <summary>Adds the limit, where there is one.</summary>
    public static void AddProjectRateLimit(this IServiceCollection services, EngineOptions options)
    {
        if (options.RateLimitPerMinute > 0)
            services.AddRateLimiter(limiter => Configure(limiter, options.RateLimitPerMinute));
    }

    /// <summary>Refuses what goes beyond the limit; the caller has to be known by then.</summary>
    public static void UseProjectRateLimit(this WebApplication app)
    {
        if (app.Services.GetRequiredService<EngineOptions>().RateLimitPerMinute > 0)
            app.UseRateLimiter();
    }

    private static void Configure(RateLimiterOptions limiter, int perMinute)
    {
        limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(http =>
            http.Features.Get<Caller>() is { } caller
                ? RateLimitPartition.GetTokenBucketLimiter(caller.ProjectId, _ => Bucket(perMinute))
                : RateLimitPartition.GetNoLimiter(Unlimited));
        limiter.OnRejected = (refused, _) => new ValueTask(
            FaultWriter.WriteAsync(refused.HttpContext.Response, Fault(refused.Lease)));
    }

    private static TokenBucketRateLimiterOptions Bucket(int perMinute) => new()
    {
        TokenLimit = perMinute,
        TokensPerPeriod = 1,
        ReplenishmentPeriod = TimeSpan.FromSeconds((double)SecondsOfMinute / perMinute),
        QueueLimit = 0,
    };

    private static ApiFaultException Fault(RateLimitLease lease) => new(
        StatusCodes.Status413PayloadTooLarge, Refusal)
    {
        RetryAfterSeconds = lease.TryGetMetadata(MetadataName.RetryAfter, out var after)
            ? Math.Max(1, (int)Math.Ceiling(after.TotalSeconds))
            : 1,
    };
}
