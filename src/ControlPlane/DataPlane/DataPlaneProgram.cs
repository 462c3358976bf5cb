using BackupEngine.ControlPlane.Hosting;

namespace BackupEngine.ControlPlane.DataPlane;

/// <summary>Finds the data plane's program.</summary>
public static class DataPlaneProgram
{
    /// <summary>Its file name.</summary>
    public const string FileName = "backup-dataplane";

    /// <summary>The configured program; else the one beside this program, as installed or as built.</summary>
    /// <exception cref="EngineConfigurationException">There is none.</exception>
    public static string Find(EngineOptions options)
    {
        var candidates = options.DataPlaneProgram is { Length: > 0 } configured
            ? [Path.GetFullPath(configured)]
            : Beside(AppContext.BaseDirectory);
        return candidates.FirstOrDefault(File.Exists) ?? throw new EngineConfigurationException(
            $"The data plane's program was not found (looked for {string.Join(", ", candidates)}). " +
            "Build src/DataPlane, or set " +
            $"{EngineOptionsReader.SectionName}:{nameof(EngineOptions.DataPlaneProgram)} to its path, or " +
            $"{EngineOptionsReader.SectionName}:{nameof(EngineOptions.DataPlaneSocket)} to the socket of one that "
            + "runs already.");
    }

    /// <summary>
    /// Where it may be, seen from the directory of the control plane: <c>bin/NAME/CONFIGURATION/</c> when built.
    /// </summary>
    private static string[] Beside(string directory)
    {
        var configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(directory));
        return
        [
            Path.Combine(directory, FileName),
            Path.GetFullPath(Path.Combine(directory, "..", "..", "DataPlane", configuration, FileName)),
        ];
    }
}
