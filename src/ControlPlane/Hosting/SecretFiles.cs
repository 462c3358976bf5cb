namespace BackupEngine.ControlPlane.Hosting;

/// <summary>
/// Secrets that the configuration names by their files, so that they are neither in it nor in the environment.
/// </summary>
internal static class SecretFiles
{
    /// <summary>Puts the secrets into the options.</summary>
    /// <exception cref="EngineConfigurationException">A file cannot be read, or a secret is given twice.</exception>
    public static void Read(EngineOptions options)
    {
        options.PostgreSqlPassword = Secret(
            nameof(options.PostgreSqlPassword), options.PostgreSqlPassword, options.PostgreSqlPasswordFile);
        options.KeystonePassword = Secret(
            nameof(options.KeystonePassword), options.KeystonePassword, options.KeystonePasswordFile);
        options.RabbitMqPassword = Secret(
            nameof(options.RabbitMqPassword), options.RabbitMqPassword, options.RabbitMqPasswordFile);
    }

    private static string? Secret(string name, string? given, string? file)
    {
        if (file is not { Length: > 0 })
            return given;
        if (given is { Length: > 0 })
            throw new EngineConfigurationException($"{name} and {name}File are both given. Give one of them.");
        var path = PathOf(file);
        try
        {
            return File.ReadAllText(path).TrimEnd('\r', '\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EngineConfigurationException($"{name}File {path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>systemd.exec(5), LoadCredential=: credentials are files in this directory.</summary>
    private static string PathOf(string file) =>
        !file.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal)
        && Environment.GetEnvironmentVariable("CREDENTIALS_DIRECTORY") is { Length: > 0 } credentials
            ? Path.Combine(credentials, file)
            : Path.GetFullPath(file);
}
