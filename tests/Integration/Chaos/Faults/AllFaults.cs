using BackupEngine.Integration.Chaos.Cluster;

namespace BackupEngine.Integration.Chaos.Faults;

/// <summary>Every fault, in the order of the table.</summary>
internal static class AllFaults
{
    private static readonly TimeSpan PastTheLease = ChaosCluster.Lease + TimeSpan.FromSeconds(6);

    private static readonly IFault[] Faults =
    [
        new KilledProcess("kill-api", TimeSpan.Zero, (cluster, _) => [cluster.Api]),
        new KilledVolumeService(),
        new KilledProcess("kill-backup", TimeSpan.Zero, (cluster, cases) => cluster.Holders(cases)),
        new KilledProcess("lose-backup", PastTheLease, (cluster, cases) => cluster.Holders(cases)),
        new KilledDataPlane(),
        new RestartedBroker(),
        new RestartedDatabase(),
        new CutNetwork(),
        new PausedProcess(),
        new RepeatedMessages(),
        new FullDisk(),
    ];

    public static IReadOnlyList<string> Names { get; } = [.. Faults.Select(fault => fault.Name)];

    public static IFault Of(string name) => Faults.Single(fault => fault.Name == name);
}
