using BackupEngine.ControlPlane.Authentication.Policies;

namespace BackupEngine.ControlPlane.Api.Metadata;

/// <summary>Who may do what with the metadata of one kind of record.</summary>
/// <param name="Get">Show it.</param>
/// <param name="Create">Add to it.</param>
/// <param name="Update">Replace it, or set one item.</param>
/// <param name="Delete">Remove an item.</param>
internal sealed record MetadataRules(PolicyRule Get, PolicyRule Create, PolicyRule Update, PolicyRule Delete)
{
    /// <summary>Of volumes.</summary>
    public static readonly MetadataRules OfVolumes = new(
        PolicyRules.VolumeMetadataGet, PolicyRules.VolumeMetadataCreate, PolicyRules.VolumeMetadataUpdate,
        PolicyRules.VolumeMetadataDelete);

    /// <summary>Of snapshots, whose metadata are added by the right to change them.</summary>
    public static readonly MetadataRules OfSnapshots = new(
        PolicyRules.SnapshotMetadataGet, PolicyRules.SnapshotMetadataUpdate, PolicyRules.SnapshotMetadataUpdate,
        PolicyRules.SnapshotMetadataDelete);
}
