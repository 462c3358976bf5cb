using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Retention;
using BackupEngine.Chunkstore.Verification;

namespace BackupEngine.DataPlane.CommandLine;

/// <summary>JSON of one backup in a repository. Fields that are also in the result of `backup` mean the same.</summary>
internal sealed record BackupView
{
    /// <summary>Describes a backup.</summary>
    /// <param name="manifest">The backup.</param>
    /// <param name="hold">Its hold.</param>
    /// <param name="harmed">The harmed backups, by their ids.</param>
    public BackupView(Manifest manifest, HoldState hold, IReadOnlyDictionary<string, HarmedBackup> harmed)
    {
        Hold = ProtectCommand.WordFor(hold);
        HarmedRanges = harmed.TryGetValue(manifest.BackupId.Value, out var found) ? found.Ranges : [];
        BackupId = manifest.BackupId.Value;
        VolumeId = manifest.VolumeId;
        ParentId = manifest.ParentId?.Value;
        CreatedAt = manifest.CreatedAt;
        VolumeBytes = manifest.Root.Shape.VolumeBytes;
        ChunkSizeBytes = manifest.Root.Shape.ChunkSizeBytes;
        RootId = manifest.Root.RootId.ToString();
        BaseToken = manifest.BaseToken;
        RereadPositionBytes = manifest.RereadPositionBytes;
        BytesRead = manifest.Statistics.BytesRead;
        ZeroBytes = manifest.Statistics.ZeroBytes;
        BytesUnchanged = manifest.Statistics.BytesUnchanged;
        ChunksNew = manifest.Statistics.ChunksNew;
        BytesNew = manifest.Statistics.BytesNew;
        BytesStored = manifest.Statistics.BytesStored;
        MetadataBytes = manifest.Statistics.MetadataBytes;
    }

    /// <summary>The backup.</summary>
    public string BackupId { get; }

    /// <summary>
    /// <c>free</c>, <c>protected</c>, or <c>deleting</c>: its deletion was begun and is to be repeated.
    /// </summary>
    public string Hold { get; }

    /// <summary>What of the volume the last verification found lost; empty where nothing is.</summary>
    public IReadOnlyList<Extent> HarmedRanges { get; }

    /// <summary>Its volume.</summary>
    public string VolumeId { get; }

    /// <summary>What it was based on; null for a full backup.</summary>
    public string? ParentId { get; }

    /// <summary>When it began, UTC.</summary>
    public DateTimeOffset CreatedAt { get; }

    /// <summary>Size of the volume.</summary>
    public long VolumeBytes { get; }

    /// <summary>Chunk size.</summary>
    public int ChunkSizeBytes { get; }

    /// <summary>Id of the tree's root; zeros when the whole volume is.</summary>
    public string RootId { get; }

    /// <summary>The point in time that was read, as the volume driver names it.</summary>
    public string BaseToken { get; }

    /// <summary>Where the next incremental goes on to re-read what is said to be unchanged.</summary>
    public long RereadPositionBytes { get; }

    /// <summary>As in the result of `backup`.</summary>
    public long BytesRead { get; }

    /// <summary>As in the result of `backup`.</summary>
    public long ZeroBytes { get; }

    /// <summary>As in the result of `backup`.</summary>
    public long BytesUnchanged { get; }

    /// <summary>As in the result of `backup`.</summary>
    public long ChunksNew { get; }

    /// <summary>As in the result of `backup`.</summary>
    public long BytesNew { get; }

    /// <summary>As in the result of `backup`.</summary>
    public long BytesStored { get; }

    /// <summary>As in the result of `backup`.</summary>
    public long MetadataBytes { get; }
}
