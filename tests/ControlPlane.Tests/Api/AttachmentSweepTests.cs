using System.Net;
using BackupEngine.ControlPlane.Api.Attachments;
using BackupEngine.ControlPlane.Database.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;

namespace BackupEngine.ControlPlane.Tests.Api;

/// <summary>Attachments that nobody has a record of, or that a process has left half deleted.</summary>
public sealed class AttachmentSweepTests(ApiHost host) : IClassFixture<ApiHost>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private ApiClient Demo => host.As(ApiHost.Demo);

    [Fact]
    public async Task A_volume_that_was_attached_before_there_were_records_has_one()
    {
        var (at, server) = (DateTime.UtcNow.AddDays(-2), $"{Guid.NewGuid()}");
        var volume = await host.AddVolumeAsync(VolumeStatus.InUse, change: row =>
            (row.AttachedAt, row.AttachedTo, row.MountPoint, row.AttachMode) = (at, server, "/dev/vdb", "rw"));
        var path = $"/attachments/{UserAttachment.IdOf(volume.Id)}";
        (await Demo.GetAsync(path)).MustBe(HttpStatusCode.NotFound);

        await SweepAsync();

        var shown = (await Demo.GetAsync($"/attachments/detail?volume_id={volume.Id}"))["attachments"][0]!;
        Assert.Equal(
            ($"{UserAttachment.IdOf(volume.Id)}", "attached", server),
            ((string?)shown["id"], (string?)shown["status"], (string?)shown["instance"]));
        Assert.Equal(at, (await host.VolumeAsync(volume.Id)).AttachmentCreatedAt!.Value, TimeSpan.FromSeconds(1));
        (await Demo.DeleteAsync(path)).MustBe(HttpStatusCode.OK);
        Assert.Equal(VolumeStatus.Available, (await host.VolumeAsync(volume.Id)).Status);
    }

    [Fact]
    public async Task A_volume_that_a_dead_process_left_detaching_is_detached()
    {
        var volume = await AddDetachingAsync(DateTime.UtcNow.AddHours(-1));

        await SweepAsync();

        var read = await host.VolumeAsync(volume.Id);
        Assert.Equal((VolumeStatus.Available, null, null), (read.Status, read.AttachmentId, read.AttachmentStatus));
        (await Demo.PostAsync(
            "/attachments", $"{{\"attachment\":{{\"volume_uuid\":\"{volume.Id}\"}}}}")).MustBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_volume_that_is_being_detached_is_left_to_its_process()
    {
        var volume = await AddDetachingAsync(DateTime.UtcNow);

        await SweepAsync();

        var read = await host.VolumeAsync(volume.Id);
        Assert.Equal((VolumeStatus.Detaching, volume.AttachmentId), (read.Status, read.AttachmentId));
    }

    [Fact]
    public async Task Sweeps_and_whoever_asks_again_meet_and_the_volume_is_detached()
    {
        var volume = await AddDetachingAsync(DateTime.UtcNow.AddHours(-1));

        await Task.WhenAll(
            Demo.DeleteAsync($"/attachments/{volume.AttachmentId}"), SweepAsync(), SweepAsync());

        Assert.Equal(VolumeStatus.Available, (await host.VolumeAsync(volume.Id)).Status);
        Assert.Empty(host.Errors.Logged);
    }

    private Task<VolumeEntity> AddDetachingAsync(DateTime since) => host.AddVolumeAsync(
        VolumeStatus.Detaching, change: row =>
        {
            (row.AttachmentId, row.AttachmentStatus) = (Guid.NewGuid(), AttachmentStatus.Attached);
            (row.AttachmentCreatedAt, row.UpdatedAt) = (since, since);
        });

    private Task<int> SweepAsync() => host.Service<IEnumerable<IHostedService>>().OfType<AttachmentSweep>().Single()
        .SweepAsync(Cancel);
}
