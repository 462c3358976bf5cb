using System.Net;
using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Database.Entities;

namespace BackupEngine.ControlPlane.Tests.Api;

/// <summary>Growing, starting from, and setting right volumes and snapshots.</summary>
public sealed class VolumeActionTests(ApiHost host) : IClassFixture<ApiHost>
{
    private ApiClient Admin => host.As(ApiHost.Admin);

    private ApiClient Demo => host.As(ApiHost.Demo);

    [Fact]
    public async Task A_volume_is_extended_by_its_own_host()
    {
        var volume = await host.AddVolumeAsync();

        (await ActAsync(Demo, volume, "{\"os-extend\":{\"new_size\":3}}")).MustBe(HttpStatusCode.Accepted);

        var read = await host.VolumeAsync(volume.Id);
        Assert.Equal((VolumeStatus.Extending, 1, 3), (read.Status, read.SizeGiB, read.TargetSizeGiB));
        Assert.Contains(host.Sender.Of<ExtendVolume>(), sent =>
            sent.Queue == "volume-host-1" && sent.Command.VolumeId == volume.Id);
    }

    [Fact]
    public async Task An_extension_is_refused()
    {
        var volume = await host.AddVolumeAsync(sizeGiB: 2);
        var used = await host.AddVolumeAsync(VolumeStatus.InUse);

        (await ActAsync(Demo, volume, "{\"os-extend\":{\"new_size\":2}}")).MustRefuse(
            "Invalid input received: New size for extend must be greater than current size. " +
            "(current: 2, extended: 2).");
        (await ActAsync(Demo, used, "{\"os-extend\":{\"new_size\":2}}")).MustRefuse(
            $"Invalid volume: Volume {used.Id} status must be 'available' to extend, currently in-use.");
        (await ActAsync(Demo, volume, "{\"os-extend\":{\"new_size\":0}}")).MustBe(HttpStatusCode.BadRequest);
        (await ActAsync(Demo, volume, "{\"os-extend\":{\"new_size\":null}}")).MustBe(HttpStatusCode.BadRequest);
        (await ActAsync(Demo, volume, "{\"os-extend\":{}}")).MustBe(HttpStatusCode.BadRequest);
        Assert.Equal(VolumeStatus.Available, (await host.VolumeAsync(volume.Id)).Status);
    }

    [Fact]
    public async Task Of_extensions_at_once_one_is_taken_on()
    {
        var volume = await host.AddVolumeAsync();

        var answers = await Task.WhenAll(Enumerable.Range(2, 8).Select(
            size => ActAsync(Demo, volume, $"{{\"os-extend\":{{\"new_size\":{size}}}}}")));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task Whether_a_volume_is_bootable_is_shown_and_filtered()
    {
        var volume = await host.AddVolumeAsync();
        await host.AddVolumeAsync();

        (await ActAsync(Demo, volume, "{\"os-set_bootable\":{\"bootable\":true}}")).MustBe(HttpStatusCode.OK);

        Assert.Equal("true", (string?)(await Demo.GetAsync($"/volumes/{volume.Id}"))["volume"]["bootable"]);
        var found = (await Demo.GetAsync("/volumes?bootable=True"))["volumes"].AsArray();
        Assert.Equal([volume.Id], found.Select(item => (Guid)item!["id"]!));
        var sorted = await Admin.GetAsync($"/volumes?all_tenants=1&sort=bootable:desc&marker={volume.Id}");
        Assert.DoesNotContain(volume.Id, sorted["volumes"].AsArray().Select(item => (Guid)item!["id"]!));
    }

    [Fact]
    public async Task Administrators_set_the_status_and_delete_by_force()
    {
        var volume = await host.AddVolumeAsync(VolumeStatus.BackingUp);
        var snapshot = await host.AddSnapshotAsync(await host.AddVolumeAsync(), SnapshotStatus.BackingUp);
        const string reset = "{\"os-reset_status\":{\"status\":\"error\"}}";
        const string force = "{\"os-force_delete\":{}}";

        (await ActAsync(Demo, volume, reset)).MustRefuse(
            403, "forbidden",
            "Policy doesn't allow volume_extension:volume_admin_actions:reset_status to be performed.");
        (await ActAsync(Demo, volume, force)).MustBe(HttpStatusCode.Forbidden);
        (await Demo.PostAsync($"/snapshots/{snapshot.Id}/action", reset)).MustBe(HttpStatusCode.Forbidden);
        (await ActAsync(Admin, volume, reset)).MustBe(HttpStatusCode.Accepted);
        Assert.Equal(VolumeStatus.Error, (await host.VolumeAsync(volume.Id)).Status);
        (await ActAsync(Admin, volume, force)).MustBe(HttpStatusCode.Accepted);
        Assert.Equal(VolumeStatus.Deleting, (await host.VolumeAsync(volume.Id)).Status);
        (await Admin.PostAsync($"/snapshots/{snapshot.Id}/action", reset)).MustBe(HttpStatusCode.Accepted);
        Assert.Equal(SnapshotStatus.Error, (await host.SnapshotAsync(snapshot.Id)).Status);
        (await Admin.PostAsync($"/snapshots/{snapshot.Id}/action", force)).MustBe(HttpStatusCode.Accepted);
        Assert.Equal(SnapshotStatus.Deleting, (await host.SnapshotAsync(snapshot.Id)).Status);
        (await ActAsync(Admin, volume, "{\"os-reset_status\":{\"status\":\"foo\"}}")).MustRefuse(
            "Invalid input for field/attribute status. Value: foo. " +
            "'foo' is not one of ['available', 'error', 'in-use']");
    }

    private static Task<ApiAnswer> ActAsync(ApiClient client, VolumeEntity volume, string body) =>
        client.PostAsync($"/volumes/{volume.Id}/action", body);
}
