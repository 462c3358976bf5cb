using System.Net;
using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Database.Entities;

namespace BackupEngine.ControlPlane.Tests.Api;

public sealed class SnapshotTests(ApiHost host) : IClassFixture<ApiHost>
{
    private ApiClient Demo => host.As(ApiHost.Demo);

    [Fact]
    public async Task A_snapshot_is_taken_on()
    {
        var volume = await host.AddVolumeAsync(sizeGiB: 3);

        var answer = await CreateAsync(Demo, volume, ",\"name\":\"s\",\"metadata\":{\"k\":\"v\"}");

        answer.MustBe(HttpStatusCode.Accepted);
        var shown = answer["snapshot"];
        Assert.Equal(("creating", 3, "s", volume.Id), (
            (string)shown["status"]!, (int)shown["size"]!, (string)shown["name"]!, (Guid)shown["volume_id"]!));
        Assert.Contains(host.Sender.Of<CreateSnapshot>(), sent =>
            sent.Queue == "volume-host-1" && sent.Command.SnapshotId == (Guid)shown["id"]!);
        var detail = (await Demo.GetAsync($"/snapshots/{(Guid)shown["id"]!}"))["snapshot"];
        Assert.Equal(ApiHost.Demo.ProjectId, (string?)detail["os-extended-snapshot-attributes:project_id"]);
    }

    [Fact]
    public async Task A_volume_in_use_needs_force_until_3_66()
    {
        var volume = await host.AddVolumeAsync(VolumeStatus.InUse);

        (await CreateAsync(host.As(ApiHost.Demo, "3.65"), volume, "")).MustRefuse(
            $"Invalid volume: Volume {volume.Id} status must be available, but current status is: in-use.");
        (await CreateAsync(host.As(ApiHost.Demo, "3.65"), volume, ",\"force\":true")).MustBe(HttpStatusCode.Accepted);
        (await CreateAsync(host.As(ApiHost.Demo, "3.66"), volume, "")).MustBe(HttpStatusCode.Accepted);
        (await CreateAsync(host.As(ApiHost.Demo, "3.66"), volume, ",\"force\":true")).MustBe(HttpStatusCode.Accepted);
        (await CreateAsync(host.As(ApiHost.Demo, "3.66"), volume, ",\"force\":false")).MustBe(
            HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_volume_in_another_status_is_refused()
    {
        var busy = await host.AddVolumeAsync(VolumeStatus.BackingUp);
        var broken = await host.AddVolumeAsync(VolumeStatus.Error);
        var missing = Guid.NewGuid();

        (await CreateAsync(Demo, busy, "")).MustRefuse(
            $"Invalid volume: Volume {busy.Id} status must be available, in-use, but current status is: backing-up.");
        (await CreateAsync(Demo, broken, "")).MustRefuse(
            "Invalid volume: The snapshot cannot be created when the volume is in error status.");
        (await Demo.PostAsync("/snapshots", $"{{\"snapshot\":{{\"volume_id\":\"{missing}\"}}}}")).MustRefuse(
            404, "itemNotFound", $"Volume {missing} could not be found.");
        (await Demo.PostAsync("/snapshots", "{\"snapshot\":{}}")).MustRefuse(
            "Invalid input for field/attribute snapshot. Value: {}. 'volume_id' is a required property");
    }

    [Theory]
    [InlineData(SnapshotStatus.Available, true)]
    [InlineData(SnapshotStatus.Error, true)]
    [InlineData(SnapshotStatus.BackingUp, false)]
    [InlineData(SnapshotStatus.Creating, false)]
    [InlineData(SnapshotStatus.Deleting, false)]
    public async Task A_snapshot_is_deleted_when_nothing_reads_it(string status, bool allowed)
    {
        var snapshot = await host.AddSnapshotAsync(await host.AddVolumeAsync(), status);

        var answer = await Demo.DeleteAsync($"/snapshots/{snapshot.Id}");

        if (allowed)
            answer.MustBe(HttpStatusCode.Accepted);
        else
            answer.MustRefuse(
                "Invalid snapshot: Snapshot status must be available or error and must not be part of a group.");
        Assert.Equal(allowed, host.Sender.Of<DeleteSnapshot>().Any(sent => sent.Command.SnapshotId == snapshot.Id));
    }

    [Fact]
    public async Task Another_projects_snapshots_are_not_there()
    {
        var volume = await host.AddVolumeAsync(owner: ApiHost.Other);
        var snapshot = await host.AddSnapshotAsync(volume, owner: ApiHost.Other);
        var refusal = $"Snapshot {snapshot.Id} could not be found.";

        (await Demo.GetAsync($"/snapshots/{snapshot.Id}")).MustRefuse(404, "itemNotFound", refusal);
        (await Demo.DeleteAsync($"/snapshots/{snapshot.Id}")).MustRefuse(404, "itemNotFound", refusal);
        (await CreateAsync(Demo, volume, "")).MustRefuse(
            404, "itemNotFound", $"Volume {volume.Id} could not be found.");
    }

    [Fact]
    public async Task Lists_are_filtered_and_names_can_be_changed()
    {
        var volume = await host.AddVolumeAsync();
        var snapshot = await host.AddSnapshotAsync(volume);

        (await Demo.PutAsync($"/snapshots/{snapshot.Id}", "{\"snapshot\":{\"name\":\"n\"}}")).MustBe(HttpStatusCode.OK);
        (await Demo.PutAsync($"/snapshots/{snapshot.Id}", "{\"snapshot\":{}}")).MustBe(HttpStatusCode.BadRequest);
        Assert.Single((await Demo.GetAsync($"/snapshots/detail?name=n&volume_id={volume.Id}"))["snapshots"].AsArray());
        Assert.Empty((await Demo.GetAsync($"/snapshots?status=error&volume_id={volume.Id}"))["snapshots"].AsArray());
    }

    private static Task<ApiAnswer> CreateAsync(ApiClient client, VolumeEntity volume, string more) =>
        client.PostAsync("/snapshots", $"{{\"snapshot\":{{\"volume_id\":\"{volume.Id}\"{more}}}}}");
}
