using System.Text.Json;
using BackupEngine.ControlPlane.Database.Entities;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Tests.Api.Hostile;

/// <summary>
/// The API on a socket, with records of two projects: one of each kind that the caller has, and one that is another
/// project's and must neither be seen nor changed.
/// </summary>
public sealed class SocketApi : IAsyncLifetime
{
    private readonly List<Guid> _kept = [];

    /// <summary>Stands in what is the other project's.</summary>
    internal const string Secret = "not-to-be-seen";

    internal ApiHost Host { get; } = new() { OnSocket = true };

    /// <summary>Of the caller, by the collection that they are in.</summary>
    internal IReadOnlyDictionary<string, string> Own { get; private set; } = new Dictionary<string, string>();

    /// <summary>Of another project, by the collection that they are in.</summary>
    internal IReadOnlyDictionary<string, string> Foreign { get; private set; } = new Dictionary<string, string>();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await Host.InitializeAsync();
        Own = await AddAsync(ApiHost.Demo, "own");
        Foreign = await AddAsync(ApiHost.Other, Secret);
    }

    public ValueTask DisposeAsync() => Host.DisposeAsync();

    /// <summary>A route's path, with the caller's own ids in it.</summary>
    internal string PathOf(string path, string? id = null, string? project = null)
    {
        var parts = path.Split('/');
        var own = Own.GetValueOrDefault(parts[1], Own["volumes"]);
        return $"/v3/{project ?? ApiHost.Demo.ProjectId}"
            + string.Join('/', parts.Select(part => part.StartsWith('{') ? id ?? own : part));
    }

    /// <summary>Everything that the other project has, as it is in the database.</summary>
    internal async Task<string> ForeignRecordsAsync()
    {
        await using var database = Host.Database();
        return string.Join('\n', [
            .. await RowsAsync(database.Volumes), .. await RowsAsync(database.Snapshots),
            .. await RowsAsync(database.Backups), .. await RowsAsync(database.Messages),
            .. await RowsAsync(database.BackupPolicies), .. await RowsAsync(database.BackupPolicyRuns),
        ]);
    }

    /// <summary>Takes away what requests have made, so that lists stay short.</summary>
    internal Task TidyAsync() => Host.ClearAsync([.. _kept]);

    private static async Task<List<string>> RowsAsync<T>(IQueryable<T> rows)
        where T : class, IProjectRecord => [
            .. (await rows.AsNoTracking().Where(row => row.ProjectId == ApiHost.Other.ProjectId)
                .OrderBy(row => row.Id).ToListAsync(Cancel)).Select(row => JsonSerializer.Serialize(row)),
        ];

    private async Task<Dictionary<string, string>> AddAsync(
        BackupEngine.ControlPlane.Authentication.TokenUser owner, string name)
    {
        var attachment = Guid.NewGuid();
        var volume = await Host.AddVolumeAsync(owner: owner, change: row => row.Name = name);
        var attached = await Host.AddVolumeAsync(VolumeStatus.InUse, owner, change: row =>
        {
            (row.Name, row.AttachmentId, row.AttachmentStatus) = (name, attachment, AttachmentStatus.Attached);
            row.AttachmentCreatedAt = DateTime.UtcNow;
        });
        var snapshot = await Host.AddSnapshotAsync(volume, owner: owner);
        var backup = await Host.AddBackupAsync(volume, owner: owner, change: row => row.Name = name);
        var message = await Host.AddAsync(new MessageEntity
        {
            Id = Guid.NewGuid(),
            ProjectId = owner.ProjectId,
            ResourceType = "VOLUME",
            ResourceId = volume.Id,
            RequestId = name,
            ActionId = "001",
            DetailId = "001",
            CreatedAt = DateTime.UtcNow,
            ExpiresAt = DateTime.UtcNow.AddDays(1),
        });
        var policy = await Host.As(owner).PostAsync(
            "/backup-policies",
            $"{{\"backup_policy\":{{\"name\":\"{name}\",\"rules\":[{{\"type\":\"hourly\"}}]}}}}");
        var policyId = (string)policy["backup_policy"]["id"]!;
        _kept.AddRange([volume.Id, attached.Id, snapshot.Id, backup.Id, Guid.Parse(policyId)]);
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["volumes"] = $"{volume.Id}",
            ["snapshots"] = $"{snapshot.Id}",
            ["backups"] = $"{backup.Id}",
            ["attachments"] = $"{attachment}",
            ["messages"] = $"{message.Id}",
            ["backup-policies"] = policyId,
            ["os-quota-sets"] = owner.ProjectId,
        };
    }
}
