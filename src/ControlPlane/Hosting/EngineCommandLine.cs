using System.CommandLine;

namespace BackupEngine.ControlPlane.Hosting;

/// <summary>The command line of <c>backup-engine</c>.</summary>
public static class EngineCommandLine
{
    private static readonly Option<string?> Roles = new("--roles")
    {
        Description = "Roles of this process, any of api,volume,backup (default: all).",
    };

    private static readonly Option<string?> StateDir = new("--state-dir")
    {
        Description = "Directory of everything that is kept (default: $STATE_DIRECTORY, else ./state).",
    };

    private static readonly Option<string?> Urls = new("--urls")
    {
        Description = "Where the REST API listens (default: http://127.0.0.1:8776).",
    };

    private static readonly Option<FileInfo?> Config = new("--config")
    {
        Description =
            "JSON file with a section \"Engine\". The environment (Engine__Transport=rabbitmq) and the options of " +
                      "this command stand above it.",
    };

    /// <summary>Runs the program; answers with its exit code.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var parsed = Root().Parse(args);
        var result = await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        return parsed.Errors.Count > 0 ? ExitCode.BadConfiguration : result;
    }

    private static RootCommand Root()
    {
        var serve = new Command("serve", "Runs the services until it is told to stop (SIGTERM, Ctrl+C).")
        {
            Roles, StateDir, Urls, Config,
        };
        serve.SetAction((parsed, cancellationToken) => ServeAsync(parsed, cancellationToken));
        return new RootCommand(
            "BackupEngine: OpenStack volume backup. Exit codes: 0 stopped as asked, 1 failed, 2 bad command line or "
            + "configuration.")
        {
            serve,
        };
    }

    private static async Task<int> ServeAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        try
        {
            using var host = EngineHost.Build(Configuration(parsed));
            await RunAsync(host, cancellationToken);
            return ExitCode.Success;
        }
        catch (OperationCanceledException)
        {
            // Told to stop while it was starting.
            return ExitCode.Success;
        }
        catch (EngineConfigurationException e)
        {
            await Console.Error.WriteLineAsync("backup-engine: " + e.Message);
            return ExitCode.BadConfiguration;
        }
        catch (Exception e)
        {
            await Console.Error.WriteLineAsync("backup-engine: " + e.Message);
            return ExitCode.Failure;
        }
    }

    /// <summary>
    /// Runs until it is told to stop. What had started when another part could not start is stopped as well.
    /// </summary>
    private static async Task RunAsync(IHost host, CancellationToken cancellationToken)
    {
        try
        {
            await host.StartAsync(cancellationToken);
        }
        catch
        {
            await host.StopAsync(CancellationToken.None);
            throw;
        }

        await host.WaitForShutdownAsync(cancellationToken);
    }

    /// <summary>The file, above it the environment, above it the command line.</summary>
    private static IConfiguration Configuration(ParseResult parsed)
    {
        var builder = new ConfigurationBuilder();
        if (parsed.GetValue(Config) is { } file)
            AddFile(builder, file);
        builder.AddEnvironmentVariables();
        builder.AddInMemoryCollection(
            new (string Key, string? Value)[]
                {
                    (nameof(EngineOptions.Roles), parsed.GetValue(Roles)),
                    (nameof(EngineOptions.StateDirectory), parsed.GetValue(StateDir)),
                    (nameof(EngineOptions.Urls), parsed.GetValue(Urls)),
                }
                .Where(option => option.Value is not null)
                .Select(
                    option => KeyValuePair.Create($"{EngineOptionsReader.SectionName}:{option.Key}", option.Value)));
        return Build(builder);
    }

    private static void AddFile(ConfigurationBuilder builder, FileInfo file)
    {
        if (!file.Exists)
            throw new EngineConfigurationException($"The configuration file {file.FullName} does not exist.");
        builder.AddJsonFile(file.FullName, optional: false, reloadOnChange: false);
    }

    private static IConfigurationRoot Build(ConfigurationBuilder builder)
    {
        try
        {
            return builder.Build();
        }
        catch (InvalidDataException e)
        {
            throw new EngineConfigurationException($"{e.Message} {e.InnerException?.Message}", e);
        }
    }
}
