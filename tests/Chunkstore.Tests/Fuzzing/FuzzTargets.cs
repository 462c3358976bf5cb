namespace BackupEngine.Chunkstore.Tests.Fuzzing;

/// <summary>Every parser of the store. A new file format comes with a line here.</summary>
internal static class FuzzTargets
{
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        .. PackTargets.All, .. IndexTargets.All, .. ManifestTargets.All, .. CheckpointTargets.All,
        .. CollectionTargets.All, .. VerificationTargets.All, .. KeyTargets.All, .. TextTargets.All,
    ];
}
