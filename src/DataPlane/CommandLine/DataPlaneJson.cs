using System.Text.Json;
using System.Text.Json.Serialization;
using BackupEngine.Chunkstore.Collection;
using BackupEngine.Chunkstore.Index.Merging;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Verification;
using BackupEngine.Chunkstore.Verification.Rebuild;
using BackupEngine.DataPlane.Backup;
using BackupEngine.DataPlane.CommandLine.Keys;
using BackupEngine.DataPlane.Nbd.Server;
using BackupEngine.DataPlane.Restore;

namespace BackupEngine.DataPlane.CommandLine;

/// <summary>The JSON that the program prints and reads; generated at compile time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UseStringEnumConverter = true,
    WriteIndented = true)]
[JsonSerializable(typeof(BackupResult))]
[JsonSerializable(typeof(IndexMergeReport))]
[JsonSerializable(typeof(RestoreResult))]
[JsonSerializable(typeof(RepositoryView))]
[JsonSerializable(typeof(BackupListView))]
[JsonSerializable(typeof(BackupView))]
[JsonSerializable(typeof(DiffView))]
[JsonSerializable(typeof(DeletedView))]
[JsonSerializable(typeof(ProtectionView))]
[JsonSerializable(typeof(PruneView))]
[JsonSerializable(typeof(CopyView))]
[JsonSerializable(typeof(StatisticsView))]
[JsonSerializable(typeof(KeyFileView))]
[JsonSerializable(typeof(KeySlotChangeView))]
[JsonSerializable(typeof(KeyEpochView))]
[JsonSerializable(typeof(KeyListView))]
[JsonSerializable(typeof(VerifyReport))]
[JsonSerializable(typeof(VerifyStatus))]
[JsonSerializable(typeof(RebuildReport))]
[JsonSerializable(typeof(CollectReport))]
[JsonSerializable(typeof(NbdServing))]
[JsonSerializable(typeof(ErrorView))]
[JsonSerializable(typeof(List<ChangedBlock>))]
internal sealed partial class DataPlaneJson : JsonSerializerContext
{
    /// <summary>For a document that is one line, so that whoever waits for it knows where it ends.</summary>
    public static DataPlaneJson OneLine { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    });

    /// <summary>For what others wrote: unknown and repeated properties are errors, not oversights.</summary>
    public static DataPlaneJson Strict { get; } = new(new JsonSerializerOptions(JsonSerializerOptions.Strict)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    });
}
