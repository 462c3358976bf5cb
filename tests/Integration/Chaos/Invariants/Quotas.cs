using BackupEngine.Integration.Chaos.Cluster;

namespace BackupEngine.Integration.Chaos.Invariants;

/// <summary>What a project is said to use is what it has.</summary>
internal static class Quotas
{
    /// <summary>What does not add up; null: nothing.</summary>
    public static async Task<string?> FindFaultAsync(
        ChaosCluster cluster, Subject subject, CancellationToken cancellationToken)
    {
        var limits = await subject.User.AskAsync(HttpMethod.Get, "limits", body: null, cancellationToken);
        var said = limits["limits"]!["absolute"]!;
        var backups = (await cluster.Records.BackupsOfAsync(subject.User.Project, cancellationToken)).Count;
        var volumes = (await cluster.Records.VolumesOfAsync(subject.User.Project, cancellationToken)).Count;
        // Every volume of these tests has 1 GiB.
        var used = $"{said["totalVolumesUsed"]} volumes of {said["totalGigabytesUsed"]} GiB, "
            + $"{said["totalBackupsUsed"]} backups of {said["totalBackupGigabytesUsed"]} GiB";
        var has = $"{volumes} volumes of {volumes} GiB, {backups} backups of {backups} GiB";
        return used == has ? null : $"the quota counts {used}; there are {has}";
    }
}
