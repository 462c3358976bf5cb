namespace BackupEngine.Integration.Chaos.Faults;

/// <summary>Every fault, in the order of the table.</summary>
internal static class AllFaults
{
    private static readonly IFault[] Faults =
    [
        new KilledProcess("kill-api", cluster => cluster.Api),
        new KilledVolumeService(),
        new KilledProcess("kill-backup", cluster => cluster.Backup),
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
