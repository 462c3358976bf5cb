using System.Text.Json.Nodes;
using BackupEngine.Integration.Chaos.Cluster;
using BackupEngine.Integration.Chaos.Invariants;
using BackupEngine.Integration.Chaos.Matrix;

namespace BackupEngine.Integration.Chaos;

/// <summary>
/// What must hold when a round is over: nothing is left on the hosts, what was backed up restores byte for byte, what
/// was made can be removed again, and the quotas add up.
/// </summary>
internal sealed class Aftermath(ChaosCluster cluster, IReadOnlyList<ChaosCase> cases)
{
    private static readonly TimeSpan WorkPatience = TimeSpan.FromMinutes(3);

    /// <summary>Checks everything; what is broken is noted at the case, or at the first one.</summary>
    public async Task CheckAsync(TimeSpan sweepPatience, CancellationToken cancellationToken)
    {
        await NoteLeftoversAsync("after the fault", sweepPatience, cancellationToken);
        await ForEachAsync(RestoreMadeAsync, cancellationToken);
        await ForEachAsync(CheckQuotaAsync, cancellationToken);
        await ForEachAsync(RemoveMadeAsync, cancellationToken);
        await ForEachAsync(CheckQuotaAsync, cancellationToken);
        await NoteLeftoversAsync("when all was removed", sweepPatience, cancellationToken);
    }

    private async Task NoteLeftoversAsync(string when, TimeSpan patience, CancellationToken cancellationToken)
    {
        var left = await Patience.UntilRightAsync(
            patience, () => Leftovers.FindAsync(cluster, cancellationToken), cancellationToken);
        if (left is not null)
            cases[0].Broken.Add($"left {when}: {left}");
    }

    /// <summary>A backup that says it is available is restored and compared.</summary>
    private async Task RestoreMadeAsync(ChaosCase ended, CancellationToken cancellationToken)
    {
        if (ended.Moment.Workflow != "create" || ended.Outcome != "available")
            return;
        var answer = await ended.Subject.TryRestoreAsync(ended.BackupId!.Value, cancellationToken);
        var target = answer.Body?["restore"]?["volume_id"]?.GetValue<Guid>();
        if (target is null)
        {
            ended.Broken.Add($"it cannot be restored: {answer.Status} {answer.Text}");
            return;
        }

        var wrong = await Patience.UntilRightAsync(
            WorkPatience,
            async () => await cluster.Records.VolumeStatusAsync(target.Value, cancellationToken) is var status
                && status == "available" ? null : $"its restored volume is {status}",
            cancellationToken);
        if (wrong is null && Contents.Of(cluster, target.Value) != ended.Subject.Hash)
            wrong = "it restores to other contents than it was made of";
        if (wrong is not null)
            ended.Broken.Add(wrong);
    }

    private async Task CheckQuotaAsync(ChaosCase ended, CancellationToken cancellationToken)
    {
        if (await Quotas.FindFaultAsync(cluster, ended.Subject, cancellationToken) is { } fault)
            ended.Broken.Add(fault);
    }

    /// <summary>Whatever the case has made goes, through the API.</summary>
    private async Task RemoveMadeAsync(ChaosCase ended, CancellationToken cancellationToken)
    {
        var wrong = await Patience.UntilRightAsync(
            WorkPatience, () => RemoveAsync(ended.Subject, cancellationToken), cancellationToken);
        if (wrong is not null)
            ended.Broken.Add("it cannot be removed: " + wrong);
    }

    private async Task<string?> RemoveAsync(Subject subject, CancellationToken cancellationToken)
    {
        var backups = (await cluster.Records.BackupsOfAsync(subject.User.Project, cancellationToken))
            .FindAll(backup => backup.Id != subject.Kept);
        var volumes = (await cluster.Records.VolumesOfAsync(subject.User.Project, cancellationToken))
            .FindAll(volume => volume.Id != subject.Volume);
        foreach (var backup in backups.Where(backup => backup.Status is "available" or "error"))
            await subject.TryDeleteAsync(backup.Id, cancellationToken);
        foreach (var volume in volumes.Where(volume => volume.Status is "available" or "error" or "error_restoring"))
            await subject.User.TryAsync(HttpMethod.Delete, $"volumes/{volume.Id}", body: null, cancellationToken);
        return backups.Count + volumes.Count == 0
            ? null
            : string.Join(", ", [.. backups.Select(b => $"{b}"), .. volumes.Select(v => $"{v}")]);
    }

    private async Task ForEachAsync(
        Func<ChaosCase, CancellationToken, Task> action, CancellationToken cancellationToken) =>
        await Parallel.ForEachAsync(
            cases,
            new ParallelOptions { MaxDegreeOfParallelism = 6, CancellationToken = cancellationToken },
            async (each, token) => await action(each, token));
}
