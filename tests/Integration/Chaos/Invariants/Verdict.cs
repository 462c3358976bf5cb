using BackupEngine.Integration.Chaos.Cluster;
using BackupEngine.Integration.Chaos.Matrix;
using BackupEngine.Integration.Support;

namespace BackupEngine.Integration.Chaos.Invariants;

/// <summary>How a case ended, and whether it may end so.</summary>
internal static class Verdict
{
    /// <summary>Says the outcome of a case at rest, and what of it breaks a promise.</summary>
    public static async Task JudgeAsync(ChaosCluster cluster, ChaosCase ended, CancellationToken cancellationToken)
    {
        ended.Outcome = ended.Moment.Workflow switch
        {
            "create" => await JudgeCreateAsync(cluster, ended, cancellationToken),
            "restore" => await JudgeRestoreAsync(cluster, ended, cancellationToken),
            _ => await JudgeDeleteAsync(cluster, ended, cancellationToken),
        };
        var volume = await cluster.Records.VolumeStatusAsync(ended.Subject.Volume, cancellationToken);
        if (volume != "in-use")
            ended.Broken.Add($"the volume was in-use and is {volume}");
    }

    private static async Task<string> JudgeCreateAsync(
        ChaosCluster cluster, ChaosCase ended, CancellationToken cancellationToken)
    {
        var made = (await cluster.Records.BackupsOfAsync(ended.Subject.User.Project, cancellationToken))
            .FindAll(backup => backup.Id != ended.Subject.Kept);
        if (made.Count == 0)
            return await UnchangedAsync(ended);
        if (made.Count > 1)
            ended.Broken.Add($"one request has made {made.Count} backups");
        ended.BackupId = made[0].Id;
        return Ended(ended, "backup", made[0].Status, made[0].FailReason, well: "available", badly: "error");
    }

    private static async Task<string> JudgeRestoreAsync(
        ChaosCluster cluster, ChaosCase ended, CancellationToken cancellationToken)
    {
        var backup = await cluster.Records.BackupAsync(ended.Subject.Kept, cancellationToken);
        if (backup.Status != "available")
            ended.Broken.Add($"the backup that was restored is {backup.Status}: {backup.FailReason}");
        var made = (await cluster.Records.VolumesOfAsync(ended.Subject.User.Project, cancellationToken))
            .FindAll(volume => volume.Id != ended.Subject.Volume);
        if (made.Count == 0)
            return await UnchangedAsync(ended);
        if (made.Count > 1)
            ended.Broken.Add($"one request has made {made.Count} volumes");
        var outcome = Ended(ended, "volume", made[0].Status, made[0].FailReason, "available", "error_restoring");
        if (made[0].Status == "available" && Contents.Of(cluster, made[0].Id) != ended.Subject.KeptHash)
            ended.Broken.Add("the restored volume differs from what was backed up");
        return outcome;
    }

    private static async Task<string> JudgeDeleteAsync(
        ChaosCluster cluster, ChaosCase ended, CancellationToken cancellationToken)
    {
        var backup = await cluster.Records.BackupAsync(ended.BackupId!.Value, cancellationToken);
        if (backup.Deleted)
            return "deleted";
        return backup.Status == "available"
            ? await UnchangedAsync(ended)
            : Ended(ended, "backup", backup.Status, backup.FailReason, well: "deleted", badly: "error");
    }

    private static string Ended(
        ChaosCase ended, string what, string status, string? reason, string well, string badly)
    {
        if (status != well && status != badly)
            ended.Broken.Add($"the {what} is left {status}");
        if (status == badly && string.IsNullOrWhiteSpace(reason))
            ended.Broken.Add($"the {what} is {status} without a reason");
        return status == badly ? $"{status}: {reason}" : status;
    }

    /// <summary>A request that was not answered, or refused, may have changed nothing; another may not.</summary>
    private static async Task<string> UnchangedAsync(ChaosCase ended)
    {
        var request = await ended.Request;
        if (request.Succeeded)
            ended.Broken.Add("the request was answered with success, and there is nothing of it");
        return request.Status == 0 ? "no answer, nothing changed" : $"{request.Status}, nothing changed";
    }
}
