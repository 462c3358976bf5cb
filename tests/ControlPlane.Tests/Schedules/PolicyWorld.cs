using System.Text.Json.Nodes;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Schedules;
using BackupEngine.ControlPlane.Tests.Api;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Tests.Schedules;

/// <summary>A policy with volumes, and what happens to it when it is due.</summary>
internal sealed class PolicyWorld(ApiHost host, Guid id)
{
    public Guid Id => id;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>A policy, hourly where the body says nothing else, that holds for the volumes.</summary>
    public static async Task<PolicyWorld> MakeAsync(ApiHost host, string more, params VolumeEntity[] volumes)
    {
        var comma = more.Length > 0 ? "," : "";
        var made = await host.As(ApiHost.Demo).PostAsync(
            "/backup-policies",
            $$$"""{"backup_policy": {"name": "p", "rules": [{"type": "hourly", "minute": 0}]{{{comma}}}{{{more}}}}}""");
        var world = new PolicyWorld(host, (Guid)made["backup_policy"]["id"]!);
        foreach (var volume in volumes)
            await world.ActAsync("os-assign", volume.Id);
        return world;
    }

    public Task ActAsync(string action, Guid volume) => host.As(ApiHost.Demo).PostAsync(
        $"/backup-policies/{id}/action", $"{{\"{action}\": {{\"volume_id\": \"{volume}\"}}}}");

    /// <summary>Makes a time that has passed its next due time, and lets the engine look.</summary>
    public async Task ComeDueAsync(DateTime due)
    {
        await using (var database = host.Database())
        {
            await database.BackupPolicies.Where(row => row.Id == id).ExecuteUpdateAsync(
                set => set.SetProperty(row => row.NextRunAt, due), Cancel);
        }

        await LookAsync();
    }

    /// <summary>Comes due now, as often as it is called.</summary>
    public Task ComeDueAsync() => ComeDueAsync(DateTime.UtcNow.AddSeconds(-1));

    /// <summary>Its runs' places in the window come, and the engine looks.</summary>
    public async Task BeginNowAsync()
    {
        await using (var database = host.Database())
        {
            await database.BackupPolicyRuns.Where(run => run.PolicyId == id).ExecuteUpdateAsync(
                set => set.SetProperty(run => run.StartAt, DateTime.UtcNow.AddSeconds(-1)), Cancel);
        }

        await LookAsync();
    }

    public Task LookAsync() => host.Service<ScheduleService>().LookAsync(Cancel);

    /// <summary>Its runs, the earliest first.</summary>
    public async Task<List<BackupPolicyRunEntity>> RunsAsync()
    {
        await using var database = host.Database();
        return await database.BackupPolicyRuns.AsNoTracking().Where(run => run.PolicyId == id)
            .OrderBy(run => run.DueAt).ThenBy(run => run.CreatedAt).ToListAsync(Cancel);
    }

    public async Task<List<BackupEntity>> BackupsAsync()
    {
        await using var database = host.Database();
        return await database.Backups.AsNoTracking().Where(backup => backup.PolicyId == id)
            .OrderBy(backup => backup.CreatedAt).ToListAsync(Cancel);
    }

    /// <summary>As if a backup service had done with every backup of the policy that is under way.</summary>
    public async Task EndBackupsAsync(string status = BackupStatus.Available, string? reason = null)
    {
        await using var database = host.Database();
        var volumes = database.Backups.Where(row => row.PolicyId == id && row.Status == BackupStatus.Creating)
            .Select(row => row.VolumeId);
        await database.Volumes.Where(row => volumes.Contains(row.Id)).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.Status, VolumeStatus.Available), Cancel);
        await database.Backups.Where(row => row.PolicyId == id && row.Status == BackupStatus.Creating)
            .ExecuteUpdateAsync(
                set => set.SetProperty(row => row.Status, status).SetProperty(row => row.FailReason, reason)
                    .SetProperty(row => row.StatisticsJson, status == BackupStatus.Available ? "{}" : null),
                Cancel);
    }

    /// <summary>A good backup that the policy made some time ago.</summary>
    public Task<BackupEntity> AddBackupAsync(
        VolumeEntity volume, TimeSpan age, Action<BackupEntity>? change = null) => host.AddBackupAsync(
        volume,
        change: row =>
        {
            row.PolicyId = id;
            row.DataTimestamp = row.CreatedAt = DateTime.UtcNow - age;
            row.StatisticsJson = "{}";
            change?.Invoke(row);
        });

    /// <summary>What the API says would become of the backups of a volume: those that stay.</summary>
    public async Task<Dictionary<Guid, string>> RetentionAsync(Guid volume, bool keep)
    {
        var answer = await host.As(ApiHost.Demo).GetAsync($"/backup-policies/{id}/retention?volume_id={volume}");
        return answer["retention"].AsArray().Where(item => (bool)item!["keep"]! == keep).ToDictionary(
            item => (Guid)item!["backup_id"]!,
            item => string.Join(", ", item!["reasons"]!.AsArray().Select(reason => (string?)reason)));
    }
}
