using System.Net;
using BackupEngine.ControlPlane.Api.OpenApi;
using BackupEngine.ControlPlane.Authentication;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Database.Entities;

namespace BackupEngine.ControlPlane.Tests.Api;

/// <summary>
/// Who may do what, on every route: administrators, members, readers, and who has none of these roles.
/// </summary>
public sealed class PolicyTests(ApiHost host) : IClassFixture<ApiHost>
{
    private static readonly string[] Ranks = ["none", "reader", "member", "admin"];

    private static readonly (string Role, TokenUser User)[] Personas =
    [
        ("none", ApiHost.Stranger), ("reader", ApiHost.Reader), ("member", ApiHost.Demo),
    ];

    public static TheoryData<string> Rules() =>
        [.. PolicyRoute.All.Select(route => $"{route.Route} {route.Rule}").Distinct()];

    [Fact]
    public void No_route_is_without_a_rule()
    {
        var known = PolicyRoute.All.Select(route => route.Route).Concat(PolicyRoute.Free).ToHashSet();

        Assert.Empty(OpenApiDocument.Operations.Select(operation => operation.Route).Except(known));
        Assert.All(
            OpenApiDocument.Operations.Where(operation => operation.Actions.Count > 0),
            operation => Assert.Equal(
                operation.Actions.Count, PolicyRoute.All.Count(route => route.Route == operation.Route)));
    }

    [Fact]
    public void No_rule_is_without_a_route()
    {
        string[] others =
        [
            "context_is_admin", "admin_api", "admin_or_owner", "xena_system_admin_or_project_member",
            "xena_system_admin_or_project_reader", "backup:backup_project_attribute", "limits_extension:used_limits",
            "volume_extension:volume_host_attribute", "volume_extension:volume_tenant_attribute",
            "volume_extension:volume_mig_status_attribute", "volume_extension:extended_snapshot_attributes",
        ];

        Assert.Equal(
            PolicyRules.All.Select(rule => rule.Name).Order(StringComparer.Ordinal),
            PolicyRoute.All.Select(route => route.Rule).Distinct().Concat(others).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public async Task A_route_asks_for_its_rule(string name)
    {
        foreach (var route in PolicyRoute.All.Where(route => $"{route.Route} {route.Rule}" == name))
        {
            foreach (var (role, user) in Personas)
            {
                var answer = await SendAsync(route, user);
                if (Array.IndexOf(Ranks, role) < Array.IndexOf(Ranks, route.Least))
                    answer.MustRefuse(403, "forbidden", RefusalOf(route));
                else
                    Assert.True((int)answer.Status is not (401 or 403), $"{name} as {role}: {answer}");
            }

            var asAdmin = await SendAsync(route, ApiHost.Admin);
            Assert.True((int)asAdmin.Status is not (401 or 403), $"{name} as admin: {asAdmin}");
        }
    }

    /// <summary>What is another project's is not there, whatever the roles in the own one.</summary>
    [Theory]
    [MemberData(nameof(Rules))]
    public async Task Another_projects_record_is_not_there(string name)
    {
        foreach (var route in PolicyRoute.All.Where(route => $"{route.Route} {route.Rule}" == name))
        {
            if (!HasRecord(route))
                continue;
            (await SendAsync(route, ApiHost.Other)).MustBe(HttpStatusCode.NotFound);
        }
    }

    [Fact]
    public async Task A_policy_file_changes_a_rule_of_the_running_program()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(
            file,
            "backup:create: role:operator or role:guest\nbackup:get_all: rule:admin_api\n"
            + "backup:backup_project_attribute: rule:xena_system_admin_or_project_reader\n",
            TestContext.Current.CancellationToken);
        await using var changed = new ApiHost { Configure = options => options.PolicyFile = file };
        await changed.InitializeAsync();
        var volume = await changed.AddVolumeAsync();
        var body = $"{{\"backup\":{{\"volume_id\":\"{volume.Id}\"}}}}";

        (await changed.As(ApiHost.Demo).PostAsync("/backups", body)).MustRefuse(
            403, "forbidden", "Policy doesn't allow backup:create to be performed.");
        var made = await changed.As(ApiHost.Stranger).PostAsync("/backups", body);
        made.MustBe(HttpStatusCode.Accepted);
        (await changed.As(ApiHost.Demo).GetAsync("/backups")).MustBe(HttpStatusCode.Forbidden);
        var shown = await changed.As(ApiHost.Reader).GetAsync($"/backups/{made["backup"]["id"]}");
        Assert.Equal(ApiHost.Stranger.UserId, (string?)shown["backup"]["user_id"]);
        File.Delete(file);
    }

    /// <summary>Limits are shown to everybody; what is used of them is not.</summary>
    [Fact]
    public async Task What_is_used_is_for_readers()
    {
        var limits = (await host.As(ApiHost.Stranger).GetAsync("/limits"))["limits"]["absolute"]!.AsObject();

        Assert.True(limits.ContainsKey("maxTotalBackups"));
        Assert.False(limits.ContainsKey("totalBackupsUsed"));
    }

    private static bool HasRecord(PolicyRoute route) => route.Body?.Contains("ID", StringComparison.Ordinal) == true
        || (route.Route.Contains("{id}", StringComparison.Ordinal)
            && !route.Route.Contains("quota", StringComparison.Ordinal)
            && !route.Route.Contains("types", StringComparison.Ordinal));

    private static string RefusalOf(PolicyRoute route) => route.Rule == "volume_extension:services:index"
        ? "User does not have admin privileges"
        : $"Policy doesn't allow {route.Rule} to be performed.";

    private async Task<ApiAnswer> SendAsync(PolicyRoute route, TokenUser user)
    {
        var volume = await host.AddVolumeAsync();
        var parts = route.Route.Split(' ');
        var id = parts[1].Split('/')[1] switch
        {
            "volumes" => $"{volume.Id}",
            "snapshots" => $"{(await host.AddSnapshotAsync(volume)).Id}",
            "backups" => $"{(await host.AddBackupAsync(volume)).Id}",
            "attachments" => $"{(await AddAttachedAsync()).AttachmentId}",
            "backup-policies" => $"{(await AddPolicyAsync()).Id}",
            "messages" => $"{(await AddMessageAsync()).Id}",
            "types" => "default",
            "os-quota-class-sets" => "bronze",
            _ => ApiHost.Demo.ProjectId,
        };
        var path = parts[1].Replace("{id}", id, StringComparison.Ordinal)
            .Replace("{key}", "k", StringComparison.Ordinal);
        return await host.As(user).SendAsync(
            new HttpMethod(parts[0]), path, route.Body?.Replace("ID", $"{volume.Id}", StringComparison.Ordinal));
    }

    private Task<BackupPolicyEntity> AddPolicyAsync() => host.AddAsync(new BackupPolicyEntity
    {
        Id = Guid.NewGuid(),
        ProjectId = ApiHost.Demo.ProjectId,
        UserId = ApiHost.Demo.UserId,
        Name = "p",
        RulesJson = "[{\"type\":\"hourly\",\"minute\":0}]",
        CreatedAt = DateTime.UtcNow,
    });

    private Task<VolumeEntity> AddAttachedAsync() => host.AddVolumeAsync(VolumeStatus.InUse, change: row =>
    {
        (row.AttachmentId, row.AttachmentStatus) = (Guid.NewGuid(), AttachmentStatus.Attached);
        row.AttachmentCreatedAt = DateTime.UtcNow;
    });

    private Task<MessageEntity> AddMessageAsync() => host.AddAsync(new MessageEntity
    {
        Id = Guid.NewGuid(),
        ProjectId = ApiHost.Demo.ProjectId,
        ResourceType = "VOLUME_BACKUP",
        ActionId = "013",
        DetailId = "018",
        CreatedAt = DateTime.UtcNow,
        ExpiresAt = DateTime.UtcNow.AddDays(1),
    });
}
