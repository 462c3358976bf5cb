using BackupEngine.Integration.Chaos.Cluster;
using BackupEngine.Integration.Support;

namespace BackupEngine.Integration.Chaos.Invariants;

/// <summary>What a volume holds, past every service.</summary>
internal static class Contents
{
    public static string Of(ChaosCluster cluster, Guid volume) =>
        Device.Hash(Path.Combine(cluster.VolumeDirectory, "volumes", $"{volume}.raw"));
}
