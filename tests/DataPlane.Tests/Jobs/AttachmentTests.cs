using BackupEngine.DataPlane.Protocol;
using BackupEngine.DataPlane.Tests.Devices;
using Grpc.Core;

namespace BackupEngine.DataPlane.Tests.Jobs;

/// <summary>One server for all of these tests; each leaves it with nothing attached.</summary>
public sealed class AttachmentTests(SharedServer shared) : IClassFixture<SharedServer>, IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly JobServerProcess _server = shared.Server;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var id in await ListAsync())
        {
            await _server.DetachAsync(id);
        }

        _folder.Dispose();
    }

    [Fact]
    public async Task An_attached_device_is_held_open_until_it_is_detached()
    {
        var file = _folder.CreateFile("volume", 1_000_001);
        var attachment = await _server.AttachAsync("a", file);
        Assert.Equal(("a", 1_000_001), (attachment.AttachmentId, attachment.SizeBytes));
        Assert.Equal(attachment.DirectIo, attachment.DirectIoRefused.Length == 0);
        Assert.Equal(file, attachment.Connection.Local.Path);
        Assert.Contains(file, _server.OpenFiles());
        Assert.Equal(["a"], await ListAsync());

        Assert.True(await _server.DetachAsync("a"));
        Assert.DoesNotContain(file, _server.OpenFiles());
        Assert.Empty(await ListAsync());
    }

    [Fact]
    public async Task Detaching_what_is_not_attached_is_no_error() => Assert.False(await _server.DetachAsync("never"));

    [Fact]
    public async Task Attaching_again_answers_with_the_same_attachment()
    {
        LoopDevice.SkipUnlessPossible();
        using var loop = LoopDevice.Over(_folder.CreateFile("volume", 1 << 20));
        var both = await Task.WhenAll(
            _server.AttachAsync("a", loop.Path, DeviceAccess.ReadWrite),
            _server.AttachAsync("a", loop.Path, DeviceAccess.ReadWrite));
        Assert.Equal(both[0], both[1]);
        Assert.Equal(["a"], await ListAsync());
        await _server.DetachAsync("a");
    }

    [Fact]
    public async Task An_id_that_is_attached_otherwise_is_refused()
    {
        var file = _folder.CreateFile("volume", 1 << 20);
        await _server.AttachAsync("a", file);
        await Refused.WithAsync(
            StatusCode.AlreadyExists, file, () => _server.AttachAsync("a", file, DeviceAccess.ReadWrite));
        await Refused.WithAsync(
            StatusCode.AlreadyExists, file, () => _server.AttachAsync("a", _folder.CreateFile("other", 4096)));
    }

    [Fact]
    public async Task A_missing_device_is_not_found_and_leaves_the_id_free()
    {
        var file = _folder.File("volume");
        await Refused.WithAsync(StatusCode.NotFound, file, () => _server.AttachAsync("a", file));
        _folder.CreateFile("volume", 4096);
        await _server.AttachAsync("a", file);
    }

    [Fact]
    public async Task A_device_that_cannot_be_used_as_asked_is_a_failed_precondition()
    {
        await Refused.WithAsync(
            StatusCode.FailedPrecondition, "is a directory", () => _server.AttachAsync("a", _folder.Path));
        await Refused.WithAsync(
            StatusCode.FailedPrecondition, "0 bytes", () => _server.AttachAsync("a", _folder.CreateFile("empty", 0)));
        var file = _folder.CreateFile("volume", 4096);
        await _server.AttachAsync("a", file, DeviceAccess.ReadWrite);
        await Refused.WithAsync(
            StatusCode.FailedPrecondition, "in use", () => _server.AttachAsync("b", file, DeviceAccess.ReadWrite));
    }

    [Fact]
    public async Task A_request_that_names_no_device_is_an_invalid_argument()
    {
        await Refused.WithAsync(
            StatusCode.InvalidArgument, "attachment_id", () => _server.AttachAsync("", "/dev/null"));
        await Refused.WithAsync(
            StatusCode.InvalidArgument, "absolute path", () => _server.AttachAsync("a", "relative"));
        await Refused.WithAsync(
            StatusCode.InvalidArgument, "access", () => _server.AttachAsync("a", "/x", DeviceAccess.Unspecified));
        await Refused.WithAsync(StatusCode.InvalidArgument, "absolute path", async () => await _server.Client
            .AttachDeviceAsync(new AttachDeviceRequest { AttachmentId = "a" }, cancellationToken: Cancelled));
    }

    private async Task<IEnumerable<string>> ListAsync() => (await _server.Client.ListAttachmentsAsync(
        new ListAttachmentsRequest(), cancellationToken: Cancelled)).Attachments.Select(a => a.AttachmentId);
}
