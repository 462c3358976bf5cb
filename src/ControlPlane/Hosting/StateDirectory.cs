namespace BackupEngine.ControlPlane.Hosting;

/// <summary>Where everything that is kept lives: database, tokens, volumes, repository, sockets.</summary>
public static class StateDirectory
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>
    /// The directory to use: the configured one; else <c>$STATE_DIRECTORY</c>, which systemd sets; else <c>state</c> in
    /// the working directory.
    /// </summary>
    public static string Resolve(string? configured)
    {
        var chosen = configured is { Length: > 0 } ? configured : Environment.GetEnvironmentVariable("STATE_DIRECTORY");
        return Path.GetFullPath(chosen is { Length: > 0 } ? chosen : "state");
    }

    /// <summary>Makes the directory, for its owner only.</summary>
    /// <exception cref="EngineConfigurationException">It cannot be made or written.</exception>
    public static void Prepare(string path)
    {
        try
        {
            Directory.CreateDirectory(path, OwnerOnly);
            Directory.CreateDirectory(RunDirectory(path), OwnerOnly);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EngineConfigurationException($"The state directory {path} cannot be used: {e.Message}", e);
        }
    }

    /// <summary>Where sockets and lock files are.</summary>
    public static string RunDirectory(string stateDirectory) => Path.Combine(stateDirectory, "run");
}
