using System.Net.Sockets;
using BackupEngine.DataPlane.Backup;
using BackupEngine.DataPlane.Memory;
using BackupEngine.DataPlane.Nbd.Server;
using BackupEngine.DataPlane.Restore;
using BackupEngine.DataPlane.Transfers;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Console;

namespace BackupEngine.DataPlane.Jobs;

/// <summary>
/// The job server: gRPC over a Unix socket that only its owner can reach. Ends on SIGTERM and SIGINT.
/// </summary>
public static class JobServer
{
    /// <summary>Changed blocks of a large volume may be a long list.</summary>
    private const int LongestRequestBytes = 256 * 1024 * 1024;

    /// <summary>
    /// Serves until it is told to stop; then cancels all jobs, detaches all devices, and removes the socket.
    /// </summary>
    /// <exception cref="Errors.UsageException">The socket cannot be served on. Nothing was changed.</exception>
    public static async Task RunAsync(ServeOptions options, CancellationToken cancellationToken)
    {
        using var socket = ServerSocket.Claim(options.SocketPath);
        await using var app = Build(options, socket);
        var logger = app.Services.GetRequiredService<ILogger<ServerSocket>>();
        StopJobsFirst(app);
        await app.StartAsync(cancellationToken);
        logger.LogInformation(
            "Serving on {Path}, process {ProcessId}, buffers on {Pages}",
            socket.Path, Environment.ProcessId, AlignedBufferPool.DetectPageMode().ToText());
        if (options.StopAtEndOfInput)
        {
            InputWatch.Start(app.Lifetime, logger);
        }

        await app.WaitForShutdownAsync(cancellationToken);
        await LetGoAsync(app.Services, options.ShutdownTimeout, logger);
    }

    /// <summary>
    /// Nothing but what is set here: neither environment variables nor files of settings change the server.
    /// </summary>
    private static WebApplication Build(ServeOptions options, ServerSocket socket)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        AddLogging(builder.Logging, options.LogLevel);
        AddServices(builder.Services, options);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.ShutdownTimeout);
        builder.Services.Configure<SocketTransportOptions>(
            transport => transport.CreateBoundListenSocket = _ => socket.Bind());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.ListenUnixSocket(socket.Path, listen => listen.Protocols = HttpProtocols.Http2);
            kestrel.Limits.MaxRequestBodySize = LongestRequestBytes;
            kestrel.Limits.MinRequestBodyDataRate = null;
        });
        var app = builder.Build();
        app.UseRouting();
        app.MapGrpcService<DataPlaneService>();
        return app;
    }

    /// <summary>One line each, on standard error. A supervisor that does not read them never holds a job up.</summary>
    private static void AddLogging(ILoggingBuilder logging, LogLevel level)
    {
        logging.SetMinimumLevel(level);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("Grpc", LogLevel.Warning);
        logging.AddSimpleConsole(format =>
        {
            format.SingleLine = true;
            format.ColorBehavior = LoggerColorBehavior.Disabled;
            format.UseUtcTimestamp = true;
            format.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
        });
        logging.Services.Configure<ConsoleLoggerOptions>(console =>
        {
            console.LogToStandardErrorThreshold = LogLevel.Trace;
            console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite;
        });
    }

    private static void AddServices(IServiceCollection services, ServeOptions options)
    {
        services.AddGrpc(grpc =>
        {
            grpc.Interceptors.Add<ErrorInterceptor>();
            grpc.MaxReceiveMessageSize = LongestRequestBytes;
            grpc.MaxSendMessageSize = null;
        });
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<LeaseTable>();
        services.AddSingleton<AttachmentTable>();
        services.AddSingleton<JobTable>();
        services.AddSingleton(options);
        services.AddSingleton<RepositoryPool>();
        services.AddSingleton<BackupRunner>();
        services.AddSingleton<RestoreRunner>();
        services.AddSingleton<NbdServeRunner>();
        services.AddSingleton(new RateLimiter(options.RateLimitBytesPerSecond));
        services.AddSingleton(new SharedResources
        {
            Memory = new MemoryBudget(options.MemoryBudgetBytes),
            Slots = new WorkerSlots(Environment.ProcessorCount),
        });
        services.AddSingleton<JobServices>();
        services.AddSingleton<ErrorInterceptor>();
    }

    private static async Task LetGoAsync(IServiceProvider services, TimeSpan timeout, ILogger logger)
    {
        var jobs = services.GetRequiredService<JobTable>();
        var attachments = services.GetRequiredService<AttachmentTable>();
        try
        {
            await jobs.StopAsync().WaitAsync(timeout);
            await attachments.StopAsync().WaitAsync(timeout);
            logger.LogInformation("Stopped");
        }
        catch (TimeoutException)
        {
            logger.LogError("Jobs have not ended within {Seconds} s; they end with the process", timeout.TotalSeconds);
        }
    }

    /// <summary>Watchers are told the end of their jobs before the server closes their connections.</summary>
    private static void StopJobsFirst(WebApplication app)
    {
        var jobs = app.Services.GetRequiredService<JobTable>();
        app.Lifetime.ApplicationStopping.Register(() => _ = jobs.StopAsync());
    }
}
