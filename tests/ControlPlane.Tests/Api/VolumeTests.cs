using System.Net;
using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Database.Entities;

namespace BackupEngine.ControlPlane.Tests.Api;

public sealed class VolumeTests(ApiHost host) : IClassFixture<ApiHost>
{
    private const string DeleteRefusal =
        "Invalid volume: Volume status must be available or error or error_restoring or error_extending or " +
        "error_managing and must not be migrating, attached, belong to a group, have snapshots, awaiting a transfer, " +
        "or be disassociated from snapshots after volume transfer.";

    private ApiClient Demo => host.As(ApiHost.Demo);

    [Theory]
    [InlineData("3")]
    [InlineData("\"3\"")]
    public async Task A_volume_is_taken_on(string size)
    {
        var answer = await CreateAsync(
            $"\"size\":{size},\"name\":\" v \",\"description\":\"d\",\"metadata\":{{\"k\":\"v\"}}");

        answer.MustBe(HttpStatusCode.Accepted);
        var shown = answer["volume"];
        Assert.Equal(("creating", 3, "v", "nova"), (
            (string)shown["status"]!,
            (int)shown["size"]!,
            (string)shown["name"]!,
            (string)shown["availability_zone"]!));
        var volume = await host.VolumeAsync((Guid)shown["id"]!);
        Assert.Equal((host.Options.Host, true), (volume.Host, volume.NeverWritten));
        Assert.NotNull(volume.CommandSentAt);
        Assert.Contains(host.Sender.Of<CreateVolume>(), sent =>
            sent.Queue == "volume-host-1" && sent.Command.VolumeId == volume.Id);
    }

    [Fact]
    public async Task Hosts_are_for_administrators()
    {
        var volume = await host.AddVolumeAsync();

        Assert.Null((await Demo.GetAsync($"/volumes/{volume.Id}"))["volume"]["os-vol-host-attr:host"]);
        var shown = (await host.As(ApiHost.Admin).GetAsync($"/volumes/{volume.Id}"))["volume"];
        Assert.Equal("host-1", (string?)shown["os-vol-host-attr:host"]);
    }

    [Fact]
    public async Task A_volume_takes_its_size_and_its_host_from_its_source()
    {
        var source = await host.AddVolumeAsync(sizeGiB: 4, change: row => row.Host = "host-2");
        var snapshot = await host.AddSnapshotAsync(source);

        foreach (var field in new[] { $"\"source_volid\":\"{source.Id}\"", $"\"snapshot_id\":\"{snapshot.Id}\"" })
        {
            var answer = await CreateAsync(field);
            answer.MustBe(HttpStatusCode.Accepted);
            var volume = await host.VolumeAsync((Guid)answer["volume"]["id"]!);
            Assert.Equal((4, "host-2", false), (volume.SizeGiB, volume.Host, volume.NeverWritten));
        }
    }

    [Fact]
    public async Task A_volume_from_a_backup_is_a_restore()
    {
        var backup = await host.AddBackupAsync(await host.AddVolumeAsync(sizeGiB: 2));

        var answer = await CreateAsync($"\"size\":5,\"name\":\"restored\",\"backup_id\":\"{backup.Id}\"");

        answer.MustBe(HttpStatusCode.Accepted);
        var volume = await host.VolumeAsync((Guid)answer["volume"]["id"]!);
        Assert.Equal(
            (5, backup.Id, VolumeStatus.Creating), (volume.SizeGiB, volume.RestoredFromBackupId, volume.Status));
        Assert.Equal(BackupStatus.Restoring, (await host.BackupAsync(backup.Id)).Status);
        Assert.Contains(host.Sender.Of<RestoreBackup>(), sent => sent.Command.VolumeId == volume.Id);
        (await CreateAsync($"\"backup_id\":\"{backup.Id}\"")).MustRefuse(
            "Invalid backup: Originating backup status must be one of 'available' values");
    }

    [Theory]
    [InlineData("", "Invalid input received: Volume size 'None' must be an integer and greater than 0")]
    [InlineData("\"size\":0", "Invalid input for field/attribute size. Value: 0. 0 is less than the minimum of 1")]
    [InlineData("\"size\":-1", "Invalid input for field/attribute size. Value: -1. -1 is less than the minimum of 1")]
    [InlineData("\"size\":1.5",
        "Invalid input for field/attribute size. Value: 1.5. 1.5 is not of type 'integer', 'string', 'null'")]
    [InlineData("\"size\":\"a\"", "Invalid input for field/attribute size. Value: a. 'a' does not match '^[0-9]+$'")]
    [InlineData("\"size\":2147483648",
        "Invalid input for field/attribute size. Value: 2147483648. " +
        "2147483648 is greater than the maximum of 2147483647")]
    [InlineData("\"size\":1,\"availability_zone\":\"mars\"", "Availability zone 'mars' is invalid.")]
    [InlineData("\"size\":1,\"imageRef\":\"x\"", "Invalid image identifier or unable to access requested image.")]
    [InlineData("\"size\":1,\"nonsense\":\"x\"",
        "Invalid input for field/attribute volume. Value: {'size': 1, 'nonsense': 'x'}. " +
        "Additional properties are not allowed ('nonsense' was unexpected)")]
    public async Task A_body_is_refused(string fields, string message) =>
        (await CreateAsync(fields)).MustRefuse(message);

    [Fact]
    public async Task A_name_that_is_too_long_is_told_its_length() =>
        (await CreateAsync($"\"size\":1,\"name\":\"{new string('x', 256)}\"")).MustRefuse(
            "Invalid input received: name has 256 characters, more than 255.");

    [Fact]
    public async Task Sources_must_exist_be_large_enough_and_be_one()
    {
        var volume = await host.AddVolumeAsync(sizeGiB: 2);
        var snapshot = await host.AddSnapshotAsync(volume);
        var missing = Guid.NewGuid();

        (await CreateAsync($"\"source_volid\":\"{missing}\"")).MustRefuse(
            404, "itemNotFound", $"Volume {missing} could not be found.");
        (await CreateAsync($"\"snapshot_id\":\"{missing}\"")).MustRefuse(
            404, "itemNotFound", $"Snapshot {missing} could not be found.");
        (await CreateAsync($"\"backup_id\":\"{missing}\"")).MustRefuse(
            404, "itemNotFound", $"Backup {missing} could not be found.");
        (await CreateAsync("\"size\":1,\"volume_type\":\"fast\"")).MustRefuse(
            404, "itemNotFound", "Volume type with name fast could not be found.");
        (await CreateAsync($"\"size\":1,\"snapshot_id\":\"{snapshot.Id}\"")).MustRefuse(
            "Invalid input received: Volume size '1'GB cannot be smaller than the snapshot size 2GB. " +
            "They must be >= original snapshot size.");
        (await CreateAsync($"\"snapshot_id\":\"{snapshot.Id}\",\"source_volid\":\"{volume.Id}\"")).MustRefuse(
            "Invalid input received: May specify only one of backup, imageRef, snapshot, source volume");
    }

    [Theory]
    [InlineData(VolumeStatus.Available, true)]
    [InlineData(VolumeStatus.Error, true)]
    [InlineData(VolumeStatus.ErrorRestoring, true)]
    [InlineData(VolumeStatus.InUse, false)]
    [InlineData(VolumeStatus.BackingUp, false)]
    [InlineData(VolumeStatus.RestoringBackup, false)]
    [InlineData(VolumeStatus.Creating, false)]
    [InlineData(VolumeStatus.Deleting, false)]
    public async Task A_volume_is_deleted_when_nothing_uses_it(string status, bool allowed)
    {
        var volume = await host.AddVolumeAsync(status);

        var answer = await Demo.DeleteAsync($"/volumes/{volume.Id}");

        if (allowed)
            answer.MustBe(HttpStatusCode.Accepted);
        else
            answer.MustRefuse(DeleteRefusal);
        Assert.Equal(allowed ? VolumeStatus.Deleting : status, (await host.VolumeAsync(volume.Id)).Status);
        Assert.Equal(allowed, host.Sender.Of<DeleteVolume>().Any(sent => sent.Command.VolumeId == volume.Id));
    }

    [Fact]
    public async Task A_volume_with_a_snapshot_is_not_deleted()
    {
        var volume = await host.AddVolumeAsync();
        await host.AddSnapshotAsync(volume);

        (await Demo.DeleteAsync($"/volumes/{volume.Id}")).MustRefuse(DeleteRefusal);
        (await Demo.DeleteAsync($"/volumes/{volume.Id}?cascade=True")).MustRefuse(DeleteRefusal);
    }

    [Fact]
    public async Task A_snapshot_and_a_deletion_at_once_never_both_happen()
    {
        for (var round = 0; round < 4; round++)
        {
            var volume = await host.AddVolumeAsync();
            var answers = await Task.WhenAll(
                Demo.DeleteAsync($"/volumes/{volume.Id}"),
                Demo.PostAsync("/snapshots", $"{{\"snapshot\":{{\"volume_id\":\"{volume.Id}\"}}}}"));

            Assert.Single(answers, answer => answer.Status == HttpStatusCode.Accepted);
        }
    }

    [Fact]
    public async Task A_volume_is_attached_once_and_detached()
    {
        var volume = await host.AddVolumeAsync();
        var server = Guid.NewGuid();
        var body = $"{{\"os-attach\":{{\"instance_uuid\":\"{server}\",\"mountpoint\":\"/dev/vdb\",\"mode\":\"rw\"}}}}";

        (await ActAsync(volume, body)).MustBe(HttpStatusCode.Accepted);
        var shown = (await Demo.GetAsync($"/volumes/{volume.Id}"))["volume"];
        Assert.Equal("in-use", (string?)shown["status"]);
        Assert.Equal((server, "/dev/vdb"), (
            (Guid)shown["attachments"]![0]!["server_id"]!, (string)shown["attachments"]![0]!["device"]!));
        (await ActAsync(volume, body)).MustRefuse("Invalid volume: volume is already attached");
        (await ActAsync(volume, $"{{\"os-detach\":{{\"attachment_id\":\"{Guid.NewGuid()}\"}}}}")).MustBe(
            HttpStatusCode.NotFound);
        (await ActAsync(volume, "{\"os-detach\":{}}")).MustBe(HttpStatusCode.Accepted);
        (await ActAsync(volume, "{\"os-detach\":null}")).MustBe(HttpStatusCode.Accepted);
        var read = await host.VolumeAsync(volume.Id);
        Assert.Equal((VolumeStatus.Available, null), (read.Status, read.AttachedTo));
    }

    [Theory]
    [InlineData("{\"os-foo\":{}}",
        "There is no such action: os-foo. Verify the request body and Content-Type header and try again.")]
    [InlineData("{}", "Malformed request body")]
    [InlineData("{\"os-attach\":{},\"os-detach\":{}}", "Malformed request body")]
    [InlineData("[]", "Malformed request body")]
    [InlineData("{\"os-attach\":{\"mountpoint\":\"/dev/vdb\"}}",
        "Invalid input for field/attribute os-attach. Value: {'mountpoint': '/dev/vdb'}. " +
        "{'mountpoint': '/dev/vdb'} is not valid under any of the given schemas")]
    [InlineData("{\"os-attach\":{\"mountpoint\":\"x\",\"host_name\":\"h\",\"mode\":\"wr\"}}",
        "Invalid input for field/attribute mode. Value: wr. 'wr' is not one of ['rw', 'ro']")]
    [InlineData("{\"os-initialize_connection\":{}}",
        "Invalid input for field/attribute os-initialize_connection. Value: {}. 'connector' is a required property")]
    public async Task An_action_is_refused(string body, string message) =>
        (await ActAsync(await host.AddVolumeAsync(), body)).MustRefuse(message);

    [Fact]
    public async Task A_volume_can_be_reached_as_a_device_again_and_again_as_the_same_one()
    {
        var volume = await host.AddVolumeAsync();
        const string body = "{\"os-initialize_connection\":{\"connector\":{\"host\":\"here\",\"multipath\":false}}}";

        var first = await ActAsync(volume, body);
        var second = await ActAsync(volume, body);

        first.MustBe(HttpStatusCode.OK);
        Assert.Equal("local", (string?)first["connection_info"]["driver_volume_type"]);
        var path = (string)first["connection_info"]["data"]!["device_path"]!;
        Assert.StartsWith("/dev/loop-", path, StringComparison.Ordinal);
        Assert.Equal(path, (string?)second["connection_info"]["data"]!["device_path"]);
        Assert.False((await host.VolumeAsync(volume.Id)).NeverWritten);
        (await ActAsync(volume, "{\"os-terminate_connection\":{\"connector\":{\"host\":\"here\"}}}")).MustBe(
            HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task A_volume_that_is_being_written_or_read_as_it_is_cannot_be_reached()
    {
        string[] busy =
            [VolumeStatus.BackingUp, VolumeStatus.RestoringBackup, VolumeStatus.Deleting, VolumeStatus.Error];
        foreach (var status in busy)
        {
            var volume = await host.AddVolumeAsync(status, change: row => row.PreviousStatus = VolumeStatus.Available);
            (await ActAsync(volume, "{\"os-initialize_connection\":{\"connector\":{}}}")).MustRefuse(
                "Invalid volume: Volume status must be available or in-use to initialize a connection, " +
                $"but the current status is \"{status}\".");
        }
    }

    [Fact]
    public async Task What_a_volume_service_says_of_its_inside_is_not_told()
    {
        var answer = await ActAsync(
            await host.AddVolumeAsync(), "{\"os-initialize_connection\":{\"connector\":{\"host\":\"refused\"}}}");

        answer.MustRefuse(500, "computeFault", "Unable to fetch connection information from backend.");
    }

    [Fact]
    public async Task Another_projects_volumes_are_not_there()
    {
        var volume = await host.AddVolumeAsync(owner: ApiHost.Other);
        var refusal = $"Volume {volume.Id} could not be found.";

        (await Demo.GetAsync($"/volumes/{volume.Id}")).MustRefuse(404, "itemNotFound", refusal);
        (await Demo.DeleteAsync($"/volumes/{volume.Id}")).MustRefuse(404, "itemNotFound", refusal);
        (await Demo.PutAsync($"/volumes/{volume.Id}", "{\"volume\":{}}")).MustRefuse(404, "itemNotFound", refusal);
        (await ActAsync(volume, "{\"os-detach\":{}}")).MustRefuse(404, "itemNotFound", refusal);
        (await ActAsync(volume, "{\"os-terminate_connection\":{\"connector\":{}}}")).MustRefuse(
            404, "itemNotFound", refusal);
        Assert.DoesNotContain(
            volume.Id.ToString(), (await Demo.GetAsync("/volumes?all_tenants=1")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lists_are_filtered_and_names_can_be_changed()
    {
        var volume = await host.AddVolumeAsync(change: row => row.Name = "before");

        (await Demo.PutAsync($"/volumes/{volume.Id}", "{\"volume\":{\"name\":\"after\"}}")).MustBe(HttpStatusCode.OK);
        Assert.Single(
            (await Demo.GetAsync("/volumes/detail?name=after&status=available&bootable=false"))["volumes"].AsArray());
        Assert.Empty((await Demo.GetAsync("/volumes?name=after&bootable=true"))["volumes"].AsArray());
        Assert.Empty((await Demo.GetAsync("/volumes?name=before"))["volumes"].AsArray());
    }

    private Task<ApiAnswer> CreateAsync(string fields) => Demo.PostAsync("/volumes", $"{{\"volume\":{{{fields}}}}}");

    private Task<ApiAnswer> ActAsync(VolumeEntity volume, string body) =>
        Demo.PostAsync($"/volumes/{volume.Id}/action", body);
}
