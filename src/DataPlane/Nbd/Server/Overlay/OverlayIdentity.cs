using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Repositories;

namespace BackupEngine.DataPlane.Nbd.Server.Overlay;

/// <summary>What an overlay lies over. Over anything else its blocks would be nonsense.</summary>
/// <param name="RepositoryId">The repository.</param>
/// <param name="BackupId">The backup, whose id another one could get after it was deleted.</param>
/// <param name="RootId">The content of the backup.</param>
/// <param name="VolumeBytes">Size of its volume.</param>
internal sealed record OverlayIdentity(Guid RepositoryId, BackupId BackupId, ChunkId RootId, long VolumeBytes)
{
    /// <summary>The identity of a backup.</summary>
    public static OverlayIdentity Of(Repository repository, Manifest manifest) =>
        new(repository.Id, manifest.BackupId, manifest.Root.RootId, manifest.Root.Shape.VolumeBytes);

    /// <inheritdoc/>
    public override string ToString() =>
        $"backup {BackupId} of repository {RepositoryId}, root {RootId.ToShortString()}, {VolumeBytes} bytes";
}
