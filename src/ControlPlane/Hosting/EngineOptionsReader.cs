namespace BackupEngine.ControlPlane.Hosting;

/// <summary>
/// Reads <see cref="EngineOptions"/> from the section <c>Engine</c>. A key that does not exist is refused: a misspelt
/// option must not run with its default in silence.
/// </summary>
public static class EngineOptionsReader
{
    /// <summary>Name of the section.</summary>
    public const string SectionName = "Engine";

    private static readonly string[] Keys =
        [.. typeof(EngineOptions).GetProperties().Where(p => p.CanWrite).Select(p => p.Name).Order(
            StringComparer.Ordinal)];

    /// <summary>Reads, fills in the defaults that depend on each other, and validates.</summary>
    /// <exception cref="EngineConfigurationException">Something is unknown, unreadable or not allowed.</exception>
    public static EngineOptions Read(IConfiguration configuration)
    {
        var section = configuration.GetSection(SectionName);
        RefuseUnknownKeys(section);
        var options = Bind(section);
        options.Roles = ReadRoles(section);
        options.StateDirectory = StateDirectory.Resolve(options.StateDirectory);
        options.VolumeDirectory ??= Path.Combine(options.StateDirectory, "volumes");
        options.Repository ??= Path.Combine(options.StateDirectory, "repository");
        EngineOptionsValidator.Validate(options);
        SecretFiles.Read(options);
        return options;
    }

    private static void RefuseUnknownKeys(IConfigurationSection section)
    {
        var unknown = section.GetChildren()
            .Select(child => child.Key)
            .Where(key => !Keys.Contains(key, StringComparer.OrdinalIgnoreCase))
            .ToList();
        if (unknown.Count > 0)
            throw new EngineConfigurationException(
                $"Unknown option {SectionName}:{string.Join($", {SectionName}:", unknown)}. " +
                $"Options are {string.Join(", ", Keys)}.");
    }

    private static EngineOptions Bind(IConfigurationSection section)
    {
        try
        {
            return section.Get<EngineOptions>() ?? new EngineOptions();
        }
        catch (InvalidOperationException e)
        {
            throw new EngineConfigurationException(e.Message + " " + e.InnerException?.Message, e);
        }
    }

    /// <summary>
    /// A comma-separated list or an array; the binder would add an array to the default instead of replacing it.
    /// </summary>
    private static IReadOnlyList<string> ReadRoles(IConfigurationSection section)
    {
        var roles = section.GetSection(nameof(EngineOptions.Roles));
        var listed = roles.Value is { } text
            ? text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            : [.. roles.GetChildren().Select(child => child.Value ?? "")];
        return roles.Exists() ? [.. listed.Distinct(StringComparer.Ordinal)] : EngineRole.All;
    }
}
