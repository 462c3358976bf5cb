using System.Text.Json;
using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Schedules.Runs;
using BackupEngine.ControlPlane.Tests.Api;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace BackupEngine.ControlPlane.Tests.Schedules;

/// <summary>What the engine does with policies that are due.</summary>
public sealed class ScheduleServiceTests(ApiHost host) : IClassFixture<ApiHost>, IDisposable
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Assert.Empty(host.Errors.Logged);

    [Fact]
    public async Task A_policy_that_is_due_backs_up_its_volumes_as_its_owner()
    {
        var volume = await host.AddVolumeAsync(VolumeStatus.InUse, change: row => row.Name = "data");
        var policy = await PolicyWorld.MakeAsync(
            host,
            """ "options": {"name_template": "{policy} of {volume_name}", "metadata": {"k": "v"},"""
            + """ "rate_limit_mib": 7, "priority": "low"}""",
            volume);

        await policy.ComeDueAsync();

        var run = Assert.Single(await policy.RunsAsync());
        var backup = Assert.Single(await policy.BackupsAsync());
        Assert.Equal((BackupPolicyRunStatus.Running, (Guid?)backup.Id, false), (run.Status, run.BackupId, run.Late));
        Assert.Equal(
            (ApiHost.Demo.UserId, ApiHost.Demo.ProjectId, "p of data"), (backup.UserId, backup.ProjectId, backup.Name));
        Assert.Equal(
            new Dictionary<string, string> { ["k"] = "v", ["backup-engine:policy"] = $"{policy.Id}" },
            JsonSerializer.Deserialize<Dictionary<string, string>>(backup.MetadataJson));
        Assert.Equal((7, BackupPriority.Low), (backup.RateLimitMiB, backup.Priority));
        Assert.Equal(VolumeStatus.BackingUp, (await host.VolumeAsync(volume.Id)).Status);
        Assert.Contains(host.Sender.Of<CreateBackup>(), sent => sent.Command.BackupId == backup.Id);
    }

    [Fact]
    public async Task Of_many_that_look_at_once_there_is_one_run_and_one_backup_for_each_due_time_and_volume()
    {
        VolumeEntity[] volumes = [await host.AddVolumeAsync(), await host.AddVolumeAsync()];
        var policy = await PolicyWorld.MakeAsync(host, "", volumes);
        for (var round = 1; round <= 3; round++)
        {
            var due = DateTime.UtcNow.AddSeconds(-1);
            await using (var database = host.Database())
            {
                await database.BackupPolicies.Where(row => row.Id == policy.Id).ExecuteUpdateAsync(
                    set => set.SetProperty(row => row.NextRunAt, due), Cancel);
            }

            await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(policy.LookAsync, Cancel)));

            Assert.Equal(2 * round, (await policy.RunsAsync()).Count);
            Assert.Equal(2 * round, (await policy.BackupsAsync()).Count);
            await policy.EndBackupsAsync();
            await policy.LookAsync();
        }

        Assert.All(
            await policy.RunsAsync(), run => Assert.Equal(BackupPolicyRunStatus.Succeeded, run.Status));
    }

    /// <summary>A host that was paused between its reading and its writing changes nothing.</summary>
    [Fact]
    public async Task What_a_host_read_before_another_one_did_it_is_not_done_again()
    {
        var policy = await PolicyWorld.MakeAsync(
            host, """ "jitter_seconds": 43200""", await host.AddVolumeAsync());
        var due = DateTime.UtcNow.AddSeconds(-1);
        BackupPolicyEntity readPolicy;
        await using (var database = host.Database())
        {
            await database.BackupPolicies.Where(row => row.Id == policy.Id).ExecuteUpdateAsync(
                set => set.SetProperty(row => row.NextRunAt, due), Cancel);
            readPolicy = await database.BackupPolicies.AsNoTracking().SingleAsync(row => row.Id == policy.Id, Cancel);
        }

        await policy.LookAsync();
        var readRun = Assert.Single(await policy.RunsAsync());
        await policy.BeginNowAsync();
        await policy.EndBackupsAsync();
        await policy.LookAsync();

        await host.Service<RunPlanner>().PlanAsync(readPolicy, Cancel);
        await using (var scope = host.Service<IServiceScopeFactory>().CreateAsyncScope())
            await scope.ServiceProvider.GetRequiredService<RunStarter>().StartAsync(readRun, Cancel);

        Assert.Equal(BackupPolicyRunStatus.Succeeded, Assert.Single(await policy.RunsAsync()).Status);
        Assert.Single(await policy.BackupsAsync());
    }

    [Fact]
    public async Task What_was_missed_is_caught_up_once_and_says_so()
    {
        var policy = await PolicyWorld.MakeAsync(host, "", await host.AddVolumeAsync());

        await policy.ComeDueAsync(DateTime.UtcNow.Date.AddDays(-2));
        await policy.LookAsync();

        var run = Assert.Single(await policy.RunsAsync());
        Assert.True(run.Late);
        Assert.InRange(run.Missed, 47, 72);
        Assert.Single(await policy.BackupsAsync());
    }

    [Fact]
    public async Task A_volume_whose_run_has_not_ended_is_skipped_and_the_next_one_goes_on()
    {
        var policy = await PolicyWorld.MakeAsync(host, "", await host.AddVolumeAsync());
        await policy.ComeDueAsync(DateTime.UtcNow.AddSeconds(-3));

        await policy.ComeDueAsync(DateTime.UtcNow.AddSeconds(-2));
        await policy.EndBackupsAsync();
        await policy.LookAsync();
        await policy.ComeDueAsync();

        var runs = await policy.RunsAsync();
        Assert.Equal(
            [BackupPolicyRunStatus.Succeeded, BackupPolicyRunStatus.Skipped, BackupPolicyRunStatus.Running],
            runs.Select(run => run.Status));
        Assert.Equal($"the run of {runs[0].DueAt:u} has not ended yet", runs[1].Reason);
        Assert.Null(runs[1].BackupId);
    }

    [Fact]
    public async Task A_refusal_is_the_runs_outcome_and_a_message_and_the_next_run_goes_on()
    {
        var volume = await host.AddVolumeAsync(VolumeStatus.Error);
        var policy = await PolicyWorld.MakeAsync(host, "", volume);
        await policy.ComeDueAsync(DateTime.UtcNow.AddSeconds(-2));
        await using (var database = host.Database())
        {
            await database.Volumes.Where(row => row.Id == volume.Id).ExecuteUpdateAsync(
                set => set.SetProperty(row => row.Status, VolumeStatus.Available), Cancel);
        }

        await policy.ComeDueAsync();

        var runs = await policy.RunsAsync();
        Assert.Equal([BackupPolicyRunStatus.Failed, BackupPolicyRunStatus.Running], runs.Select(run => run.Status));
        Assert.Equal(
            "Invalid volume: Volume to be backed up must be available or in-use, but the current status is \"error\".",
            runs[0].Reason);
        Assert.Equal("create backup: Volume status is invalid.", Assert.Single(await MessagesAsync(volume)));
    }

    [Fact]
    public async Task A_quota_refuses_a_run_as_it_refuses_a_request()
    {
        var volume = await host.AddVolumeAsync();
        var policy = await PolicyWorld.MakeAsync(host, "", volume);
        await SetQuotaAsync(0);
        try
        {
            await policy.ComeDueAsync();
        }
        finally
        {
            await SetQuotaAsync(-1);
        }

        var run = Assert.Single(await policy.RunsAsync());
        Assert.Equal(BackupPolicyRunStatus.Failed, run.Status);
        Assert.Equal("BackupLimitExceeded: Maximum number of backups allowed (0) exceeded", run.Reason);
        Assert.Empty(await policy.BackupsAsync());
        Assert.Equal(VolumeStatus.Available, (await host.VolumeAsync(volume.Id)).Status);
        Assert.Equal(
            "create backup: Not enough quota resource for operation.", Assert.Single(await MessagesAsync(volume)));
    }

    [Fact]
    public async Task The_first_incremental_is_a_full_one_and_the_run_says_so_and_one_of_n_is_full()
    {
        var policy = await PolicyWorld.MakeAsync(
            host, """ "options": {"full_every": 3}""", await host.AddVolumeAsync());
        for (var i = 0; i < 7; i++)
        {
            await policy.ComeDueAsync();
            await policy.EndBackupsAsync();
            await policy.LookAsync();
        }

        var runs = await policy.RunsAsync();
        Assert.Equal("a full backup: there was none to base an incremental on", runs[0].Reason);
        Assert.All(runs.Skip(1), run => Assert.Null(run.Reason));
        bool[] expected = [false, true, true, false, true, true, false];
        Assert.Equal(expected, runs.Select(run => run.Incremental));
        Assert.Equal(expected, (await policy.BackupsAsync()).Select(backup => backup.ParentId is not null));
    }

    [Fact]
    public async Task A_backup_that_fails_is_the_runs_outcome()
    {
        var policy = await PolicyWorld.MakeAsync(host, "", await host.AddVolumeAsync());
        await policy.ComeDueAsync();

        await policy.EndBackupsAsync(BackupStatus.Error, "step 12: no");
        await policy.LookAsync();

        var run = Assert.Single(await policy.RunsAsync());
        Assert.Equal((BackupPolicyRunStatus.Failed, "step 12: no"), (run.Status, run.Reason));
        Assert.NotNull(run.EndedAt);
    }

    [Fact]
    public async Task What_is_planned_of_a_policy_that_goes_is_skipped()
    {
        var policy = await PolicyWorld.MakeAsync(host, """ "jitter_seconds": 43200""", await host.AddVolumeAsync());
        await policy.ComeDueAsync();
        Assert.Equal(BackupPolicyRunStatus.Planned, Assert.Single(await policy.RunsAsync()).Status);

        await host.As(ApiHost.Demo).DeleteAsync($"/backup-policies/{policy.Id}");
        await policy.BeginNowAsync();

        var run = Assert.Single(await policy.RunsAsync());
        Assert.Equal((BackupPolicyRunStatus.Skipped, "the policy was deleted"), (run.Status, run.Reason));
    }

    [Fact]
    public async Task Runs_and_the_last_run_of_each_volume_are_shown()
    {
        var volume = await host.AddVolumeAsync();
        var policy = await PolicyWorld.MakeAsync(host, "", volume);
        await policy.ComeDueAsync();
        await policy.EndBackupsAsync();
        await policy.LookAsync();

        var volumes = await host.As(ApiHost.Demo).GetAsync($"/backup-policies/{policy.Id}/volumes");
        var runs = await host.As(ApiHost.Demo).GetAsync($"/backup-policy-runs?policy_id={policy.Id}&status=succeeded");
        var others = await host.As(ApiHost.Other).GetAsync($"/backup-policy-runs?policy_id={policy.Id}");

        Assert.Equal("succeeded", (string?)volumes["volumes"][0]!["last_run"]!["status"]);
        Assert.Equal($"{volume.Id}", (string?)Assert.Single(runs["backup-policy-runs"].AsArray())!["volume_id"]);
        Assert.Empty(others["backup-policy-runs"].AsArray());
    }

    private async Task SetQuotaAsync(int backups)
    {
        var answer = await host.As(ApiHost.Admin).PutAsync(
            $"/os-quota-sets/{ApiHost.Demo.ProjectId}", $"{{\"quota_set\": {{\"backups\": {backups}}}}}");
        answer.MustBe(System.Net.HttpStatusCode.OK);
    }

    private async Task<string?[]> MessagesAsync(VolumeEntity volume)
    {
        var answer = await host.As(ApiHost.Demo).GetAsync($"/messages?resource_uuid={volume.Id}");
        return [.. answer["messages"].AsArray().Select(message => (string?)message!["user_message"])];
    }
}
