using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Schedules.Retention;
using BackupEngine.ControlPlane.Tests.Api;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace BackupEngine.ControlPlane.Tests.Schedules;

/// <summary>What goes after a policy's backup is available, and what never does.</summary>
public sealed class PolicyRetentionTests(ApiHost host) : IClassFixture<ApiHost>, IDisposable
{
    private const string KeepTwo = """ "retention": {"keep_last": 2}""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Assert.Empty(host.Errors.Logged);

    [Fact]
    public async Task What_no_rule_keeps_goes_by_the_way_of_every_delete_and_the_dry_run_says_so_before()
    {
        var volume = await host.AddVolumeAsync();
        var policy = await PolicyWorld.MakeAsync(host, KeepTwo, volume);
        var oldest = await policy.AddBackupAsync(volume, TimeSpan.FromDays(3));
        var old = await policy.AddBackupAsync(volume, TimeSpan.FromDays(2));
        var newer = await policy.AddBackupAsync(volume, TimeSpan.FromDays(1));
        var protectedOne = await policy.AddBackupAsync(
            volume, TimeSpan.FromDays(9), change: row => row.Protected = true);
        var byHand = await host.AddBackupAsync(volume, change: row => row.DataTimestamp = DateTime.UtcNow.AddYears(-1));
        var ofAnotherVolume = await policy.AddBackupAsync(await host.AddVolumeAsync(), TimeSpan.FromDays(4));
        Assert.Equal([oldest.Id], (await policy.RetentionAsync(volume.Id, keep: false)).Keys);
        Assert.Equal(
            new Dictionary<Guid, string>
            {
                [newer.Id] = "last 1",
                [old.Id] = "last 2",
                [protectedOne.Id] = "protected",
            },
            await policy.RetentionAsync(volume.Id, keep: true));
        Assert.Equal(BackupStatus.Available, (await host.BackupAsync(oldest.Id)).Status);

        await RunAsync(policy);

        foreach (var gone in new[] { oldest, old })
        {
            Assert.Equal(BackupStatus.Deleting, (await host.BackupAsync(gone.Id)).Status);
            Assert.Contains(host.Sender.Of<DeleteBackup>(), sent => sent.Command.BackupId == gone.Id);
        }

        foreach (var left in new[] { newer, protectedOne, byHand, ofAnotherVolume })
            Assert.Equal(BackupStatus.Available, (await host.BackupAsync(left.Id)).Status);
    }

    [Fact]
    public async Task One_that_is_being_restored_stays()
    {
        var volume = await host.AddVolumeAsync();
        var policy = await PolicyWorld.MakeAsync(host, KeepTwo, volume);
        var restoring = await policy.AddBackupAsync(
            volume, TimeSpan.FromDays(3), change: row => row.Status = BackupStatus.Restoring);
        await policy.AddBackupAsync(volume, TimeSpan.FromDays(2));
        await policy.AddBackupAsync(volume, TimeSpan.FromDays(1));

        await RunAsync(policy);

        Assert.Equal(BackupStatus.Restoring, (await host.BackupAsync(restoring.Id)).Status);
        Assert.Equal("it is being restored", (await policy.RetentionAsync(volume.Id, keep: true))[restoring.Id]);
    }

    /// <summary>What was kept may go, by its owner's hand, before what was not kept does.</summary>
    [Theory]
    [InlineData(BackupStatus.Available, BackupStatus.Deleting)]
    [InlineData(BackupStatus.Deleting, BackupStatus.Available)]
    [InlineData(BackupStatus.Error, BackupStatus.Available)]
    public async Task The_last_good_backup_of_a_volume_stays_although_it_was_to_go(string kept, string expected)
    {
        var volume = await host.AddVolumeAsync();
        var policy = await PolicyWorld.MakeAsync(host, """ "retention": {"keep_last": 1}""", volume);
        var old = await policy.AddBackupAsync(volume, TimeSpan.FromDays(2));
        var newest = await policy.AddBackupAsync(volume, TimeSpan.FromDays(1));
        await using var scope = host.Service<IServiceScopeFactory>().CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<EngineDatabase>();
        var record = await database.BackupPolicies.AsNoTracking().SingleAsync(row => row.Id == policy.Id, Cancel);
        var plans = await scope.ServiceProvider.GetRequiredService<RetentionPlanner>().PlanAsync(
            record, volume.Id, Cancel);
        await database.Backups.Where(row => row.Id == newest.Id).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.Status, kept), Cancel);

        await scope.ServiceProvider.GetRequiredService<RetentionWork>().RemoveAsync(record, plans, Cancel);

        Assert.Equal(expected, (await host.BackupAsync(old.Id)).Status);
    }

    [Fact]
    public async Task A_run_that_fails_takes_no_good_backup_away()
    {
        var volume = await host.AddVolumeAsync();
        var policy = await PolicyWorld.MakeAsync(host, KeepTwo, volume);
        var first = await policy.AddBackupAsync(volume, TimeSpan.FromDays(2));
        var second = await policy.AddBackupAsync(volume, TimeSpan.FromDays(1));

        for (var i = 0; i < 3; i++)
            await RunAsync(policy, BackupStatus.Error);

        Assert.Equal(BackupStatus.Available, (await host.BackupAsync(first.Id)).Status);
        Assert.Equal(BackupStatus.Available, (await host.BackupAsync(second.Id)).Status);
        // Of the attempts that failed the newest tells why; the rest would fill the quota.
        var failed = (await policy.BackupsAsync()).Where(backup => backup.Id != first.Id && backup.Id != second.Id);
        Assert.Equal(
            [BackupStatus.Deleting, BackupStatus.Deleting, BackupStatus.Error], failed.Select(backup => backup.Status));
    }

    [Fact]
    public async Task Without_retention_everything_stays_and_so_it_does_when_the_policy_is_deleted()
    {
        var volume = await host.AddVolumeAsync();
        var policy = await PolicyWorld.MakeAsync(host, "", volume);
        var old = await policy.AddBackupAsync(volume, TimeSpan.FromDays(4000));
        await RunAsync(policy);

        await host.As(ApiHost.Demo).DeleteAsync($"/backup-policies/{policy.Id}");
        await policy.LookAsync();

        Assert.Equal(BackupStatus.Available, (await host.BackupAsync(old.Id)).Status);
        Assert.Equal(2, (await policy.BackupsAsync()).Count(backup => backup.Status == BackupStatus.Available));
    }

    private static async Task RunAsync(PolicyWorld policy, string status = BackupStatus.Available)
    {
        await policy.ComeDueAsync();
        await policy.EndBackupsAsync(status, status == BackupStatus.Error ? "step 12: no" : null);
        await policy.LookAsync();
    }
}
