using System.CommandLine;

namespace BackupEngine.ControlPlane.Hosting.Commands;

/// <summary>Where every command has its configuration from, and how its errors end it.</summary>
internal static class CommandConfiguration
{
    /// <summary>Roles of the process.</summary>
    public static readonly Option<string?> Roles = new("--roles")
    {
        Description = "Roles of this process, any of api,volume,backup (default: all).",
    };

    /// <summary>Directory of everything that is kept.</summary>
    public static readonly Option<string?> StateDir = new("--state-dir")
    {
        Description = "Directory of everything that is kept (default: $STATE_DIRECTORY, else ./state).",
    };

    /// <summary>Where the REST API listens.</summary>
    public static readonly Option<string?> Urls = new("--urls")
    {
        Description = "Where the REST API listens (default: http://127.0.0.1:8776).",
    };

    /// <summary>The configuration file.</summary>
    public static readonly Option<FileInfo?> Config = new("--config")
    {
        Description = "JSON file with a section \"Engine\". The environment (Engine__Transport=rabbitmq) and the "
            + "options of this command stand above it.",
    };

    /// <summary>Prints one JSON document instead of words.</summary>
    public static readonly Option<bool> Json = new("--json") { Description = "Prints one JSON document." };

    /// <summary>A command with the options that say where its configuration is.</summary>
    public static Command Command(
        string name, string description, Func<ParseResult, CancellationToken, Task<int>> run, params Option[] options)
    {
        var command = new Command(name, description) { Config, Roles, StateDir, Urls };
        foreach (var option in options)
            command.Add(option);
        command.SetAction((parsed, cancellationToken) => EndAsync(() => run(parsed, cancellationToken)));
        return command;
    }

    /// <summary>The file, above it the environment, above it the command line.</summary>
    public static IConfiguration Read(ParseResult parsed)
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

    private static async Task<int> EndAsync(Func<Task<int>> run)
    {
        try
        {
            return await run();
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
