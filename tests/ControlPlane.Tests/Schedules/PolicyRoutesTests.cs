using System.Net;
using System.Text.Json.Nodes;
using BackupEngine.ControlPlane.Tests.Api;

namespace BackupEngine.ControlPlane.Tests.Schedules;

/// <summary>The routes of backup policies.</summary>
public sealed class PolicyRoutesTests(ApiHost host) : IClassFixture<ApiHost>
{
    private const string Nightly =
        """{"name": "nightly", "timezone": "Europe/Berlin", "rules": [{"type": "daily", "time": "02:30"}]}""";

    private ApiClient Demo => host.As(ApiHost.Demo);

    [Fact]
    public async Task A_policy_is_made_shown_changed_and_deleted()
    {
        var made = await Demo.PostAsync("/backup-policies", Body(
            """
            {"name": " nightly ", "description": "d", "timezone": "Europe/Berlin", "jitter_seconds": 600,
             "all_volumes": true,
             "rules": [{"type": "daily", "time": "02:30"}, {"type": "weekly", "time": "04:00:30", "days": ["sunday"]},
                       {"type": "monthly", "time": "05:00", "day": 31}, {"type": "hourly", "minute": 15}],
             "options": {"full_every": 7, "force": false, "name_template": "{volume_name} {date}",
                         "metadata": {"k": "v"}},
             "retention": {"keep_daily": 7, "keep_weekly": 4, "keep_within": "36h"}}
            """));

        made.MustBe(HttpStatusCode.Created);
        var policy = made["backup_policy"];
        var id = (string)policy["id"]!;
        Assert.Equal("nightly", (string?)policy["name"]);
        Assert.NotNull((string?)policy["next_run_at"]);
        Assert.Equal((true, 7, false), ((bool)policy["options"]!["incremental"]!,
            (int)policy["options"]!["full_every"]!, (bool)policy["options"]!["force"]!));
        Assert.Equal(7, (int)policy["retention"]!["keep_daily"]!);
        Assert.True(JsonNode.DeepEquals(policy, (await Demo.GetAsync($"/backup-policies/{id}"))["backup_policy"]));
        Assert.Contains(
            id, (await Demo.GetAsync("/backup-policies?limit=100"))["backup-policies"].AsArray()
                .Select(shown => (string?)shown!["id"]));

        var changed = await Demo.PutAsync(
            $"/backup-policies/{id}", Body("""{"enabled": false, "retention": null, "description": null}"""));

        changed.MustBe(HttpStatusCode.OK);
        Assert.Null((string?)changed["backup_policy"]["next_run_at"]);
        Assert.Null(changed["backup_policy"]["retention"]);
        Assert.Equal(4, changed["backup_policy"]["rules"]!.AsArray().Count);
        (await Demo.DeleteAsync($"/backup-policies/{id}")).MustBe(HttpStatusCode.NoContent);
        (await Demo.GetAsync($"/backup-policies/{id}")).MustRefuse(
            404, "itemNotFound", $"Backup policy {id} could not be found.");
    }

    [Theory]
    [InlineData("""{"timezone": "Mars/Base"}""",
        "Invalid input received: 'Mars/Base' is not a time zone. It is UTC, or a name of the IANA database such as "
        + "Europe/Berlin.")]
    [InlineData("""{"rules": []}""",
        "Invalid input for field/attribute rules. Value: []. [] is too short")]
    [InlineData("""{"rules": [{"type": "yearly"}]}""",
        "Invalid input for field/attribute type. Value: yearly. 'yearly' is not one of ['hourly', 'daily', 'weekly', "
        + "'monthly']")]
    [InlineData("""{"rules": [{"type": "daily"}]}""",
        "Invalid input received: A rule of the type daily has the fields time: time is missing.")]
    [InlineData("""{"rules": [{"type": "hourly", "time": "02:30"}]}""",
        "Invalid input received: A rule of the type hourly has the fields minute: it has no time.")]
    [InlineData("""{"rules": [{"type": "daily", "time": "24:00"}]}""",
        "Invalid input received: A rule of the type daily has the fields time: time is '24:00', not HH:MM or HH:MM:SS "
        + "from 00:00 to 23:59:59.")]
    [InlineData("""{"rules": [{"type": "monthly", "time": "02:30", "day": 32}]}""",
        "Invalid input for field/attribute day. Value: 32. 32 is greater than the maximum of 31")]
    [InlineData("""{"jitter_seconds": "5"}""",
        "Invalid input for field/attribute jitter_seconds. Value: 5. '5' is not of type 'integer'")]
    [InlineData("""{"retention": {"keep_last": 0}}""",
        "Invalid input received: The retention keeps nothing: give at least one keep_... that is not 0, or null to "
        + "keep everything.")]
    [InlineData("""{"retention": {"keep_within": "3 days"}}""",
        "Invalid input received: keep_within is '3 days', not a duration: numbers with the units y, m, w, d, h in this "
        + "order, such as 36h, 30d or 1y6m.")]
    [InlineData("""{"options": {"name_template": "{host}"}}""",
        "Invalid input received: name_template has the field {host}. Fields are {policy}, {volume_name}, {volume_id}, "
        + "{date}, {time}.")]
    [InlineData("""{"name": "   "}""", "Invalid input received: The name of a backup policy is blank.")]
    public async Task What_cannot_be_used_is_refused_and_nothing_changes(string change, string message)
    {
        var id = await MakeAsync();
        var before = (await Demo.GetAsync($"/backup-policies/{id}")).Text;

        (await Demo.PutAsync($"/backup-policies/{id}", Body(change))).MustRefuse(message);

        Assert.Equal(before, (await Demo.GetAsync($"/backup-policies/{id}")).Text);
    }

    [Fact]
    public async Task Another_projects_policies_and_volumes_are_not_there()
    {
        var id = await MakeAsync();
        var other = host.As(ApiHost.Other);
        var theirs = await host.AddVolumeAsync(owner: ApiHost.Other);
        var refusal = $"Backup policy {id} could not be found.";

        (await other.GetAsync($"/backup-policies/{id}")).MustRefuse(404, "itemNotFound", refusal);
        (await other.PutAsync($"/backup-policies/{id}", Body("""{"enabled": false}""")))
            .MustRefuse(404, "itemNotFound", refusal);
        (await other.DeleteAsync($"/backup-policies/{id}")).MustRefuse(404, "itemNotFound", refusal);
        (await other.PostAsync($"/backup-policies/{id}/action", Of("os-assign", theirs.Id)))
            .MustRefuse(404, "itemNotFound", refusal);
        (await other.GetAsync($"/backup-policies/{id}/volumes")).MustRefuse(404, "itemNotFound", refusal);
        (await Demo.PostAsync($"/backup-policies/{id}/action", Of("os-assign", theirs.Id)))
            .MustRefuse(404, "itemNotFound", $"Volume {theirs.Id} could not be found.");
        (await host.As(ApiHost.Admin).PostAsync($"/backup-policies/{id}/action", Of("os-assign", theirs.Id)))
            .MustRefuse(404, "itemNotFound", $"Volume {theirs.Id} could not be found.");
    }

    [Fact]
    public async Task A_policy_holds_for_the_volumes_that_it_names()
    {
        var id = await MakeAsync();
        var (first, second) = (await host.AddVolumeAsync(), await host.AddVolumeAsync());

        (await Demo.PostAsync($"/backup-policies/{id}/action", Of("os-assign", first.Id)))
            .MustBe(HttpStatusCode.NoContent);
        (await Demo.PostAsync($"/backup-policies/{id}/action", Of("os-assign", first.Id)))
            .MustBe(HttpStatusCode.NoContent);

        Assert.Equal([$"{first.Id}"], await VolumesAsync(id));
        Assert.Contains(id, await PoliciesAsync(first.Id));
        Assert.DoesNotContain(id, await PoliciesAsync(second.Id));
        (await Demo.PostAsync($"/backup-policies/{id}/action", Of("os-unassign", first.Id)))
            .MustBe(HttpStatusCode.NoContent);
        Assert.Empty(await VolumesAsync(id));
    }

    [Fact]
    public async Task A_policy_for_a_project_holds_for_later_volumes_and_not_for_those_left_out()
    {
        var id = await MakeAsync();
        var leftOut = await host.AddVolumeAsync();
        (await Demo.PutAsync($"/backup-policies/{id}", Body("""{"all_volumes": true}"""))).MustBe(HttpStatusCode.OK);
        (await Demo.PostAsync($"/backup-policies/{id}/action", Of("os-exclude", leftOut.Id)))
            .MustBe(HttpStatusCode.NoContent);

        var later = await host.AddVolumeAsync();

        Assert.Contains($"{later.Id}", await VolumesAsync(id));
        Assert.DoesNotContain($"{leftOut.Id}", await VolumesAsync(id));
        Assert.Contains(id, await PoliciesAsync(later.Id));
        Assert.DoesNotContain(id, await PoliciesAsync(leftOut.Id));
        var page = await Demo.GetAsync($"/backup-policies/{id}/volumes?limit=1");
        Assert.Single(page["volumes"].AsArray());
        Assert.Contains(
            $"/backup-policies/{id}/volumes?limit=1&marker=", (string?)page["volumes_links"][0]!["href"],
            StringComparison.Ordinal);
    }

    private static string Body(string policy) => $"{{\"backup_policy\": {policy}}}";

    private static string Of(string action, Guid volume) => $"{{\"{action}\": {{\"volume_id\": \"{volume}\"}}}}";

    private async Task<string> MakeAsync()
    {
        var made = await Demo.PostAsync("/backup-policies", Body(Nightly));
        made.MustBe(HttpStatusCode.Created);
        return (string)made["backup_policy"]["id"]!;
    }

    private async Task<List<string>> VolumesAsync(string id) =>
    [
        .. (await Demo.GetAsync($"/backup-policies/{id}/volumes"))["volumes"].AsArray()
            .Select(volume => (string)volume!["volume_id"]!),
    ];

    private async Task<List<string>> PoliciesAsync(Guid volume) =>
    [
        .. (await Demo.GetAsync($"/volumes/{volume}/backup-policies"))["backup-policies"].AsArray()
            .Select(policy => (string)policy!["id"]!),
    ];
}
