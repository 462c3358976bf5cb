using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Format;

namespace BackupEngine.Chunkstore.Sessions;

/// <summary>What the options of a backup may be; checked before anything is registered.</summary>
internal static class BackupWriterRules
{
    private const int MinimumPackBytes = 64 * 1024;
    private const int MaximumPackBytes = 1024 * 1024 * 1024;

    /// <exception cref="ArgumentException">An option is not allowed.</exception>
    /// <exception cref="RepositoryFormatException">The repository wants a newer writer.</exception>
    public static void Require(BackupWriterOptions options, RepositoryConfig config)
    {
        RequireWriter(config);
        ManifestFile.RequireText(options.VolumeId, 1, ManifestFile.VolumeIdBytes, "volume id");
        ManifestFile.RequireText(options.BaseToken, 0, ManifestFile.BaseTokenBytes, "base token");
        ManifestFile.RequireText(options.SourceIdentity, 0, CheckpointFile.SourceIdentityBytes, "source identity");
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.VolumeId.Length, 255, "volume id");
        ArgumentOutOfRangeException.ThrowIfLessThan(options.VolumeBytes, 1, "volume bytes");
        ArgumentOutOfRangeException.ThrowIfLessThan(options.PackSizeBytes, MinimumPackBytes, "pack size");
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.PackSizeBytes, MaximumPackBytes, "pack size");
        ArgumentOutOfRangeException.ThrowIfLessThan(options.CheckpointBytes, MinimumPackBytes, "checkpoint interval");
        if (options.Parent is { } parent && parent.Root.Shape.ChunkSizeBytes != config.ChunkSizeBytes)
        {
            throw new ArgumentException($"The parent '{parent.BackupId}' has another chunk size than the repository.");
        }
    }

    /// <summary>Throws unless this program may change the repository.</summary>
    /// <exception cref="RepositoryFormatException">The repository wants a newer writer.</exception>
    public static void RequireWriter(RepositoryConfig config)
    {
        if (config.MinimumWriterVersion > FormatVersion.Current)
        {
            throw new RepositoryFormatException(
                $"The repository wants a writer of format version {config.MinimumWriterVersion} or newer; "
                + $"this program writes version {FormatVersion.Current}. It can still be read. Nothing was changed. "
                + "Use a newer program.");
        }
    }
}
