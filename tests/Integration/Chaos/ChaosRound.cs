using System.Diagnostics;
using System.Text.Json.Nodes;
using BackupEngine.Integration.Chaos.Cluster;
using BackupEngine.Integration.Chaos.Faults;
using BackupEngine.Integration.Chaos.Invariants;
using BackupEngine.Integration.Chaos.Matrix;
using BackupEngine.Integration.Support;

namespace BackupEngine.Integration.Chaos;

/// <summary>
/// One fault that strikes many backups at once, each at a moment of its own and on a volume of its own: they are held
/// there, the fault strikes, they are let go, the system is made whole, and when all is at rest it is looked at.
/// </summary>
internal sealed class ChaosRound(ChaosCluster cluster, ChaosRoundPlan plan, int seed)
{
    private static readonly TimeSpan HoldPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan RestPatience = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan SweepPatience = TimeSpan.FromMinutes(2);

    private readonly IFault _fault = AllFaults.Of(plan.Fault);
    private readonly List<ChaosCase> _cases =
        [.. plan.Moments.Select((moment, i) => new ChaosCase(moment, plan.Fault, cluster.Subjects[i], i + 1))];

    public IReadOnlyList<ChaosCase> Cases => _cases;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Runs the round; what is broken is in its cases.</summary>
    public async Task RunAsync()
    {
        await cluster.ChooseAsync(plan.Host, Token);
        await PrepareAsync();
        await HoldAsync();
        await cluster.Gates.ForgetAllAsync(Token);
        var struck = Stopwatch.GetTimestamp();
        await _fault.StrikeAsync(cluster, _cases, Token);
        await cluster.Gates.OpenAllAsync();
        await _fault.HealAsync(cluster, _cases, Token);
        await Eventually.HoldsAsync(
            async () => !await cluster.Gates.AreAtWorkAsync(Token), "who was held has gone on");
        if (_cases.Exists(held => held.Moment.IsTransfer))
            await FullSpeedAsync();
        await AwaitRestAsync(struck);
        await _fault.ComeLateAsync(cluster, _cases, Token);
        await cluster.AwaitReadyAsync();
        await JudgeAsync();
        await new Aftermath(cluster, _cases).CheckAsync(SweepPatience, Token);
    }

    // ---- before -----------------------------------------------------------------------------------------------------

    private Task PrepareAsync() => ForEachAsync(_cases, async made =>
    {
        if (made.Moment.Workflow == "create")
            made.Subject.Change(seed);
        if (made.Moment.Workflow == "restore")
            made.BackupId = made.Subject.Kept;
        if (made.Moment.Workflow == "delete")
        {
            var backup = await made.Subject.BeginBackupAsync(Token);
            await Eventually.HoldsAsync(
                async () => (await cluster.Records.BackupAsync(backup, Token)).Status == "available",
                $"backup {backup}");
            made.BackupId = backup;
        }
    });

    /// <summary>
    /// Requests that are held themselves come last, one after the other: whose backup is not there yet is known by the
    /// gate that is closed just then.
    /// </summary>
    private async Task HoldAsync()
    {
        var begun = _cases.Where(c => !c.Moment.IsOfRequest).ToList();
        foreach (var held in begun)
            await cluster.Gates.CloseAsync(
                held.Gate, held.Moment, held.BackupId is null ? held.Subject.Volume : null, held.BackupId, Token);
        foreach (var held in begun)
            held.Request = Request(held);
        await AwaitHeldAsync(begun);
        foreach (var held in begun.Where(c => c.Moment.IsTransfer && c.HeldAt is not null))
            await AwaitTransferAsync(held);
        foreach (var held in _cases.Where(c => c.Moment.IsOfRequest))
        {
            await cluster.Gates.CloseAsync(held.Gate, held.Moment, volume: null, backup: null, Token);
            held.Request = Request(held);
            await AwaitHeldAsync([held]);
            await cluster.Gates.ForgetAsync(held.Gate, Token);
        }
    }

    private Task<RequestEnd> Request(ChaosCase held) => held.Moment.Workflow switch
    {
        "create" => held.Subject.TryBackupAsync(incremental: held.Moment.Step % 2 == 1, Token),
        "restore" => held.Subject.TryRestoreAsync(held.BackupId!.Value, Token),
        _ => held.Subject.TryDeleteAsync(held.BackupId!.Value, Token),
    };

    private async Task AwaitHeldAsync(IReadOnlyList<ChaosCase> held)
    {
        await Patience.UntilRightAsync(
            HoldPatience,
            async () =>
            {
                var waitedFor = await cluster.Gates.WaitedForAsync(Token);
                foreach (var reached in held.Where(c => waitedFor.ContainsKey(c.Gate)))
                    reached.HeldAt = waitedFor[reached.Gate];
                return held.All(c => c.HeldAt is not null) ? null : "some are on their way";
            },
            Token);
        foreach (var missed in held.Where(c => c.HeldAt is null))
            missed.Broken.Add("it never came to its moment; " + await DescribeAsync(missed));
    }

    /// <summary>Lets the transfer begin, and waits until it is in the middle.</summary>
    private async Task AwaitTransferAsync(ChaosCase held)
    {
        await cluster.Gates.ForgetAsync(held.Gate, Token);
        var node = cluster.BackupNodes.Single(node => node.Host.Address == held.HeldAt);
        await Throttle.SlowAsync(node, Token);
        await cluster.Gates.OpenAsync(held.Gate, Token);
        var backup = held.BackupId ?? (await cluster.Records.BackupsOfAsync(held.Subject.User.Project, Token))
            .Single(b => b.Id != held.Subject.Kept).Id;
        await Eventually.HoldsAsync(
            async () => await cluster.Records.JobAsync(backup, held.Moment.Workflow, Token) is not null, "a job");
        var job = (await cluster.Records.JobAsync(backup, held.Moment.Workflow, Token))!;
        var flows = new TaskCompletionSource();
        using var client = ChaosCluster.DataPlaneOf(node);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var watching = client.WatchUntilEndAsync(
            job,
            progress =>
            {
                if (progress.DoneBytes > 0)
                    flows.TrySetResult();
            },
            enough.Token);
        await Task.WhenAny(flows.Task, watching);
        await enough.CancelAsync();
    }

    private async Task FullSpeedAsync()
    {
        foreach (var node in cluster.BackupNodes)
            await Throttle.FullSpeedAsync(node, Token);
    }

    // ---- after ------------------------------------------------------------------------------------------------------

    private async Task AwaitRestAsync(long struck)
    {
        var left = _cases.ToList();
        await Patience.UntilRightAsync(
            RestPatience,
            async () =>
            {
                foreach (var ended in left.ToList())
                {
                    if (await IsAtRestAsync(ended))
                    {
                        ended.Took = Stopwatch.GetElapsedTime(struck);
                        left.Remove(ended);
                    }
                }

                return left.Count == 0 ? null : "some are under way";
            },
            Token);
        foreach (var stuck in left)
            stuck.Broken.Add("it is stuck; " + await DescribeAsync(stuck));
    }

    private async Task<bool> IsAtRestAsync(ChaosCase ended)
    {
        if (!ended.Request.IsCompleted)
            return false;
        var project = ended.Subject.User.Project;
        var backups = await cluster.Records.BackupsOfAsync(project, Token);
        var volumes = await cluster.Records.VolumesOfAsync(project, Token);
        return backups.TrueForAll(backup => backup.Status is "available" or "error")
            && volumes.TrueForAll(volume =>
                volume.Status is "available" or "in-use" or "error" or "error_restoring");
    }

    private Task JudgeAsync() => ForEachAsync(_cases, async ended =>
    {
        try
        {
            await Verdict.JudgeAsync(cluster, ended, Token);
        }
        catch (Exception e) when (!Token.IsCancellationRequested)
        {
            ended.Broken.Add($"it cannot be judged: {e.Message}");
        }

        if (ended.Broken.Count > 0)
            ended.Broken.Add(await DescribeAsync(ended));
    });

    private async Task<string> DescribeAsync(ChaosCase held)
    {
        var steps = new List<string>();
        foreach (var backup in await cluster.Records.BackupsOfAsync(held.Subject.User.Project, Token))
        {
            steps.Add($"{backup} {(backup.Id == held.Subject.Kept ? "(kept)" : "")}\n"
                + await cluster.Records.StepsAsync(backup.Id, Token));
        }

        foreach (var volume in await cluster.Records.VolumesOfAsync(held.Subject.User.Project, Token))
            steps.Add($"{volume}");
        var request = held.Request.IsCompleted ? $"{await held.Request}" : "not answered";
        return $"request: {request}\n{string.Join('\n', steps)}";
    }

    private static Task ForEachAsync(IEnumerable<ChaosCase> cases, Func<ChaosCase, Task> action) =>
        Parallel.ForEachAsync(
            cases,
            new ParallelOptions { MaxDegreeOfParallelism = 6, CancellationToken = Token },
            async (each, _) => await action(each));
}
