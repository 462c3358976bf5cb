using System.Net;
using System.Text.Json.Nodes;
using BackupEngine.ControlPlane.Database.Entities;

namespace BackupEngine.ControlPlane.Tests.Api;

/// <summary>Attachments from 3.27 on: kept for, connected, complete, deleted.</summary>
public sealed class AttachmentTests(ApiHost host) : IClassFixture<ApiHost>
{
    private const string Connect = "{\"attachment\":{\"connector\":{\"host\":\"here\",\"mountpoint\":\"/dev/vdb\"}}}";
    private const string Complete = "{\"os-complete\":null}";

    private ApiClient Demo => host.As(ApiHost.Demo);

    [Fact]
    public async Task An_attachment_is_kept_for_connected_completed_and_deleted()
    {
        var volume = await host.AddVolumeAsync();
        var server = Guid.NewGuid();

        var made = await CreateAsync(volume, $",\"instance_uuid\":\"{server}\",\"connector\":null");
        var path = PathOf(made);
        Assert.Equal(("reserved", $"{server}", $"{volume.Id}", "null", ""), Shown(made));
        Assert.Empty(made["attachment"]["connection_info"]!.AsObject());
        Assert.Equal(VolumeStatus.Reserved, (await host.VolumeAsync(volume.Id)).Status);

        var connected = await Demo.PutAsync(path, Connect);
        connected.MustBe(HttpStatusCode.OK);
        Assert.Equal(("attaching", "rw"), (
            (string?)connected["attachment"]["status"], (string?)connected["attachment"]["attach_mode"]));
        Assert.NotEqual("", (string?)connected["attachment"]["attached_at"]);
        var connection = connected["attachment"]["connection_info"]!;
        Assert.Equal(
            ("local", $"/dev/loop-{made["attachment"]["id"]}", "rw"),
            ((string?)connection["driver_volume_type"], (string?)connection["device_path"],
                (string?)connection["access_mode"]));
        Assert.Equal((string?)made["attachment"]["id"], (string?)connection["attachment_id"]);
        var read = await host.VolumeAsync(volume.Id);
        Assert.Equal((VolumeStatus.Attaching, false), (read.Status, read.NeverWritten));
        Assert.Empty((await Demo.GetAsync($"/volumes/{volume.Id}"))["volume"]["attachments"]!.AsArray());

        (await Demo.PostAsync(path + "/action", Complete)).MustBe(HttpStatusCode.NoContent);
        (await Demo.PostAsync(path + "/action", Complete)).MustBe(HttpStatusCode.NoContent);
        Assert.Equal("attached", (string?)(await Demo.GetAsync(path))["attachment"]["status"]);
        var shown = (await Demo.GetAsync($"/volumes/{volume.Id}"))["volume"];
        Assert.Equal(("in-use", (string?)made["attachment"]["id"], $"{server}", "/dev/vdb"), (
            (string?)shown["status"], (string?)shown["attachments"]![0]!["attachment_id"],
            (string?)shown["attachments"]![0]!["server_id"], (string?)shown["attachments"]![0]!["device"]));

        var deleted = await Demo.DeleteAsync(path);
        deleted.MustBe(HttpStatusCode.OK);
        Assert.Empty(deleted["attachments"].AsArray());
        MustNotBeThere(await Demo.GetAsync(path), made);
        MustNotBeThere(await Demo.DeleteAsync(path), made);
        read = await host.VolumeAsync(volume.Id);
        Assert.Equal((VolumeStatus.Available, null, null), (read.Status, read.AttachmentId, read.ConnectionPath));
    }

    [Fact]
    public async Task A_volume_has_one_attachment()
    {
        var volume = await host.AddVolumeAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => CreateAsync(volume)));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        foreach (var answer in answers.Where(answer => answer.Status != HttpStatusCode.OK))
            answer.MustRefuse(
                $"Invalid volume: Volume {volume.Id} status must be available or downloading to reserve, but the "
                + "current status is reserved.");
    }

    [Theory]
    [InlineData("3.54", ",\"mode\":\"ro\"", "{\"host\":\"here\",\"mode\":\"rw\"}", "ro")]
    [InlineData("3.53", "", "{\"host\":\"here\",\"mode\":\"ro\"}", "ro")]
    [InlineData("3.27", "", "{\"host\":\"here\",\"mode\":null}", "rw")]
    public async Task The_mode_is_that_of_the_attachment_else_the_connectors(
        string version, string mode, string connector, string expected)
    {
        var volume = await host.AddVolumeAsync();

        var made = await host.As(ApiHost.Demo, version).PostAsync(
            "/attachments", Body(volume, $"{mode},\"connector\":{connector}"));

        made.MustBe(HttpStatusCode.OK);
        Assert.Equal(expected, (string?)made["attachment"]["attach_mode"]);
        Assert.Equal(expected, (string?)made["attachment"]["connection_info"]!["access_mode"]);
        var read = await host.VolumeAsync(volume.Id);
        Assert.Equal((expected == "ro", "here"), (read.NeverWritten, read.AttachedTo));
    }

    [Theory]
    [InlineData(VolumeStatus.BackingUp)]
    [InlineData(VolumeStatus.RestoringBackup)]
    [InlineData(VolumeStatus.InUse)]
    public async Task A_volume_in_another_status_is_not_kept(string status)
    {
        var volume = await host.AddVolumeAsync(status);

        (await CreateAsync(volume)).MustRefuse(
            $"Invalid volume: Volume {volume.Id} status must be available or downloading to reserve, but the current "
            + $"status is {status}.");
        Assert.Null((await host.VolumeAsync(volume.Id)).AttachmentId);
    }

    [Fact]
    public async Task A_volume_in_error_gets_no_attachment_and_no_connection()
    {
        var volume = await host.AddVolumeAsync(VolumeStatus.Error);
        var attached = await AddAttachedAsync(VolumeStatus.ErrorRestoring);

        (await CreateAsync(volume)).MustRefuse(
            "Invalid volume: Volume attachments can not be created if the volume is in an error state. The Volume "
            + $"{volume.Id} currently has a status of: error ");
        (await Demo.PutAsync($"/attachments/{attached.AttachmentId}", Connect)).MustRefuse(
            409, "conflictingRequest",
            "Resource conflict: Volume attachments can not be updated if the volume is in an error state. The Volume "
            + $"{attached.Id} currently has a status of: error_restoring ");
        (await Demo.DeleteAsync($"/attachments/{attached.AttachmentId}")).MustBe(HttpStatusCode.OK);
        Assert.Equal(VolumeStatus.ErrorRestoring, (await host.VolumeAsync(attached.Id)).Status);
    }

    /// <summary>Neither the device of a backup nor the status that it gives back changes under it.</summary>
    [Fact]
    public async Task While_a_volume_is_backed_up_its_attachment_stays_as_it_is()
    {
        var volume = await AddAttachedAsync(VolumeStatus.BackingUp);
        var path = $"/attachments/{volume.AttachmentId}";
        const string allowed = "reserved or attaching or in-use";

        (await Demo.PutAsync(path, Connect)).MustRefuse(Refusal(volume, allowed, "connect its attachment"));
        (await Demo.PostAsync(path + "/action", Complete)).MustRefuse(
            Refusal(volume, allowed, "complete its attachment"));
        (await Demo.DeleteAsync(path)).MustRefuse(Refusal(volume, allowed + " or detaching", "detach"));

        var read = await host.VolumeAsync(volume.Id);
        Assert.Equal(
            (VolumeStatus.BackingUp, volume.AttachmentId, AttachmentStatus.Attached),
            (read.Status, read.AttachmentId, read.AttachmentStatus));
    }

    [Fact]
    public async Task What_cannot_be_connected_is_not_kept()
    {
        var volume = await host.AddVolumeAsync();

        (await CreateAsync(volume, ",\"connector\":{\"host\":\"refused\"}")).MustBe(HttpStatusCode.InternalServerError);
        Assert.Equal(VolumeStatus.Available, (await host.VolumeAsync(volume.Id)).Status);
        var made = await CreateAsync(volume);
        (await Demo.PutAsync(PathOf(made), Connect.Replace("here", "refused", StringComparison.Ordinal))).MustBe(
            HttpStatusCode.InternalServerError);
        (await Demo.PutAsync(PathOf(made), Connect)).MustBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Lists_are_filtered_paged_and_the_projects_own()
    {
        var server = Guid.NewGuid();
        var first = await CreateAsync(await host.AddVolumeAsync(), $",\"instance_uuid\":\"{server}\"");
        var second = await CreateAsync(await host.AddVolumeAsync(), $",\"instance_uuid\":\"{server}\"");
        (await Demo.PutAsync(PathOf(second), Connect)).MustBe(HttpStatusCode.OK);
        var foreign = await host.As(ApiHost.Other).PostAsync(
            "/attachments", Body(await host.AddVolumeAsync(owner: ApiHost.Other), ""));
        var (one, two) = ((string)first["attachment"]["id"]!, (string)second["attachment"]["id"]!);
        var ofServer = $"?instance_id={server}";

        Assert.Equal([two, one], await IdsAsync(ofServer));
        Assert.Equal([one], await IdsAsync(ofServer + "&status=reserved"));
        Assert.Equal([two], await IdsAsync($"?volume_id={second["attachment"]["volume_id"]}"));
        Assert.Equal([two], await IdsAsync($"?attachment_id={two}"));
        Assert.Equal([one], await IdsAsync(ofServer + $"&limit=1&marker={two}"));
        Assert.DoesNotContain((string)foreign["attachment"]["id"]!, await IdsAsync(""));
        var all = await host.As(ApiHost.Admin).GetAsync("/attachments/detail?all_tenants=1");
        Assert.Superset(
            new HashSet<string> { one, two, (string)foreign["attachment"]["id"]! },
            all["attachments"].AsArray().Select(item => (string)item!["id"]!).ToHashSet());
        (await Demo.GetAsync(PathOf(foreign))).MustBe(HttpStatusCode.NotFound);
        var summary = (await Demo.GetAsync("/attachments" + ofServer))["attachments"][0]!.AsObject();
        Assert.Equal(["id", "status", "instance", "volume_id"], summary.Select(field => field.Key));
    }

    [Theory]
    [InlineData("3.26", "/attachments")]
    [InlineData("3.26", "/attachments/detail")]
    public async Task Old_versions_have_no_attachments(string version, string path) =>
        (await host.As(ApiHost.Demo, version).GetAsync(path)).MustBe(HttpStatusCode.NotFound);

    [Fact]
    public async Task An_attachment_is_completed_from_3_44_on()
    {
        var path = PathOf(await CreateAsync(await host.AddVolumeAsync())) + "/action";

        (await host.As(ApiHost.Demo, "3.43").PostAsync(path, Complete)).MustBe(HttpStatusCode.NotFound);
        (await host.As(ApiHost.Demo, "3.44").PostAsync(path, Complete)).MustBe(HttpStatusCode.NoContent);
    }

    [Theory]
    [InlineData("3.54", "{\"attachment\":{}}",
        "Invalid input for field/attribute attachment. Value: {}. 'volume_uuid' is a required property")]
    [InlineData("3.53", "{\"attachment\":{\"volume_uuid\":\"ID\",\"mode\":\"ro\"}}",
        "Invalid input for field/attribute attachment. Value: {'volume_uuid': 'ID', 'mode': 'ro'}. "
        + "Additional properties are not allowed ('mode' was unexpected)")]
    [InlineData("3.54", "{\"attachment\":{\"volume_uuid\":\"ID\",\"mode\":\"wr\"}}",
        "Invalid input for field/attribute mode. Value: wr. 'wr' is not one of ['rw', 'ro']")]
    public async Task A_body_is_refused(string version, string body, string message)
    {
        var id = $"{(await host.AddVolumeAsync()).Id}";

        (await host.As(ApiHost.Demo, version).PostAsync(
            "/attachments", body.Replace("ID", id, StringComparison.Ordinal))).MustRefuse(
            message.Replace("ID", id, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_connector_must_say_something()
    {
        var path = PathOf(await CreateAsync(await host.AddVolumeAsync()));

        (await Demo.PutAsync(path, "{\"attachment\":{\"connector\":{}}}")).MustRefuse(
            "Invalid input for field/attribute connector. Value: {}. {} does not have enough properties");
    }

    /// <summary>What is attached by the actions of the volume is an attachment too.</summary>
    [Fact]
    public async Task The_actions_of_a_volume_make_and_end_an_attachment()
    {
        var volume = await host.AddVolumeAsync();
        var action = $"/volumes/{volume.Id}/action";
        (await Demo.PostAsync(action, "{\"os-attach\":{\"mountpoint\":\"/dev/vdb\",\"host_name\":\"h\"}}")).MustBe(
            HttpStatusCode.Accepted);

        var shown = (await Demo.GetAsync($"/attachments?volume_id={volume.Id}"))["attachments"][0]!;
        Assert.Equal(("attached", null), ((string?)shown["status"], (string?)shown["instance"]));
        (await Demo.PostAsync(action, $"{{\"os-detach\":{{\"attachment_id\":\"{shown["id"]}\"}}}}")).MustBe(
            HttpStatusCode.Accepted);
        (await Demo.GetAsync($"/attachments/{shown["id"]}")).MustBe(HttpStatusCode.NotFound);
    }

    private Task<VolumeEntity> AddAttachedAsync(string status) => host.AddVolumeAsync(status, change: row =>
    {
        (row.AttachmentId, row.AttachmentStatus) = (Guid.NewGuid(), AttachmentStatus.Attached);
        (row.AttachmentCreatedAt, row.PreviousStatus) = (DateTime.UtcNow, VolumeStatus.InUse);
    });

    private static string Refusal(VolumeEntity volume, string allowed, string what) =>
        $"Invalid volume: Volume {volume.Id} status must be {allowed} to {what}, but the current status is "
        + $"{volume.Status}.";

    private static (string?, string?, string?, string?, string?) Shown(ApiAnswer answer)
    {
        answer.MustBe(HttpStatusCode.OK);
        var shown = answer["attachment"];
        return ((string?)shown["status"], (string?)shown["instance"], (string?)shown["volume_id"],
            (string?)shown["attach_mode"], (string?)shown["attached_at"]);
    }

    private static string Body(VolumeEntity volume, string fields) =>
        $"{{\"attachment\":{{\"volume_uuid\":\"{volume.Id}\"{fields}}}}}";

    private static string PathOf(ApiAnswer made) => $"/attachments/{made["attachment"]["id"]}";

    private static void MustNotBeThere(ApiAnswer answer, ApiAnswer made) => answer.MustRefuse(
        404, "itemNotFound",
        $"Volume attachment could not be found with filter: attachment_id = {made["attachment"]["id"]}.");

    private Task<ApiAnswer> CreateAsync(VolumeEntity volume, string fields = "") =>
        Demo.PostAsync("/attachments", Body(volume, fields));

    private async Task<IEnumerable<string>> IdsAsync(string query) =>
        (await Demo.GetAsync("/attachments" + query))["attachments"].AsArray()
            .Select((JsonNode? item) => (string)item!["id"]!);
}
