using BackupEngine.DataPlane.Backup;
using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Nbd.Client;
using BackupEngine.DataPlane.Tests.Backup;
using BackupEngine.DataPlane.Tests.Devices;

namespace BackupEngine.DataPlane.Tests.Nbd.Client;

/// <summary>Servers that are killed in the middle of the work.</summary>
public sealed class LostConnectionTests : NbdTestBase
{
    private const int Bytes = 8 << 20;

    [Fact]
    public async Task A_backup_goes_on_with_the_server_that_was_started_again()
    {
        Assert.SkipUnless(NbdTool.HasQemu, "qemu-utils is not installed");
        var content = Random(Bytes);
        var path = Folder.CreateFile("raw", Bytes, content);
        var server = NbdTool.Qemu(path, Socket, "--format=raw", "--read-only");
        try
        {
            using var harness = new PipelineHarness();
            var device = Open(server.Uri);
            var source = new FaultyDevice(device)
            {
                BeforeTransfer = number =>
                {
                    if (number == 20)
                    {
                        server.Dispose();
                        server = NbdTool.Qemu(path, Socket, "--format=raw", "--read-only");
                    }
                },
            };
            var backup = await harness.BackupAsync(source);
            Assert.Equal(content, await harness.RestoreAsync(backup));
            Assert.Contains("were lost", Assert.Single(device.Incidents), StringComparison.Ordinal);
        }
        finally
        {
            server.Dispose();
        }
    }

    [Fact]
    public async Task Another_export_is_no_substitute()
    {
        Assert.SkipUnless(NbdTool.HasNbdkit, "nbdkit is not installed");
        var server = Keep(NbdTool.Nbdkit(Socket, "memory", "4M"));
        var device = Open(Options(server.Uri) with { ReconnectTime = TimeSpan.FromMilliseconds(200) });
        server.Dispose();
        Keep(NbdTool.Nbdkit(Socket, "memory", "5M"));
        var error = await Assert.ThrowsAsync<DeviceException>(
            async () => await device.ReadAsync(0, new byte[512], Cancelled));
        Assert.Contains("5242880 bytes instead of 4194304", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_coming_back_is_an_error_and_nothing_is_published()
    {
        Assert.SkipUnless(NbdTool.HasNbdkit, "nbdkit is not installed");
        using var harness = new PipelineHarness();
        var server = Keep(NbdTool.Nbdkit(Socket, "memory", "4M"));
        var device = Open(Options(server.Uri) with { ReconnectTime = TimeSpan.FromMilliseconds(200) });
        server.Dispose();
        var error = await Assert.ThrowsAsync<DeviceException>(() => harness.BackupAsync(device));
        Assert.Contains("could not be made again", error.Message, StringComparison.Ordinal);
        Assert.Empty(harness.Repository.ListManifests());
    }

    [Fact]
    public async Task Writes_that_were_not_flushed_are_not_trusted_after_a_loss()
    {
        Assert.SkipUnless(NbdTool.HasNbdkit, "nbdkit is not installed");
        var path = Folder.CreateFile("raw", Bytes);
        var server = Keep(NbdTool.Nbdkit(Socket, "file", path));
        var device = Open(server.Uri, DeviceAccess.ReadWrite);
        await device.WriteAsync(0, Random(4096), Cancelled);
        server.Dispose();
        Keep(NbdTool.Nbdkit(Socket, "file", path));
        var error = await Assert.ThrowsAsync<DeviceException>(async () => await device.FlushAsync(Cancelled));
        Assert.Contains("not flushed", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<DeviceException>(
            async () => await device.WriteAsync(0, new byte[4096], Cancelled));
    }

    [Fact]
    public async Task After_a_flush_a_target_survives_a_loss()
    {
        Assert.SkipUnless(NbdTool.HasNbdkit, "nbdkit is not installed");
        var path = Folder.CreateFile("raw", Bytes);
        var server = Keep(NbdTool.Nbdkit(Socket, "file", path));
        var device = Open(server.Uri, DeviceAccess.ReadWrite);
        await device.WriteAsync(0, Random(4096), Cancelled);
        await device.FlushAsync(Cancelled);
        server.Dispose();
        Keep(NbdTool.Nbdkit(Socket, "file", path));
        await device.WriteAsync(8192, Random(4096, 2), Cancelled);
        await device.FlushAsync(Cancelled);
        Assert.Equal(Random(4096, 2), File.ReadAllBytes(path).AsSpan(8192, 4096).ToArray());
    }

    [Fact]
    public async Task Slow_answers_in_any_order_are_no_loss()
    {
        Assert.SkipUnless(NbdTool.HasNbdkit, "nbdkit is not installed");
        var content = Random(1 << 20);
        var server = Keep(NbdTool.Nbdkit(
            Socket, "--filter=delay", "file", Folder.CreateFile("raw", content.Length, content), "delay-read=20ms"));
        var device = Open(server.Uri);
        Assert.Equal(content, await ReadAllAsync(device, 64 * 1024));
        Assert.Empty(device.Incidents);
    }

    [Fact]
    public async Task Errors_now_and_then_fail_the_backup_clearly()
    {
        Assert.SkipUnless(NbdTool.HasNbdkit, "nbdkit is not installed");
        using var harness = new PipelineHarness();
        var server = Keep(NbdTool.Nbdkit(
            Socket, "--filter=error", "memory", "16M", "error-pread=EIO", "error-pread-rate=50%"));
        var error = await Assert.ThrowsAsync<DeviceException>(() => harness.BackupAsync(Open(server.Uri)));
        Assert.Equal(DeviceErrorKind.Io, error.Kind);
        Assert.Contains("failed: the server answered", error.Message, StringComparison.Ordinal);
        Assert.Empty(harness.Repository.ListManifests());
    }

    [Fact]
    public async Task One_connection_where_several_would_not_see_the_same()
    {
        Assert.SkipUnless(NbdTool.HasNbdkit, "nbdkit is not installed");
        var server = Keep(NbdTool.Nbdkit(
            Socket, "--filter=multi-conn", "memory", "1M", "multi-conn-mode=disable"));
        var device = Open(server.Uri, DeviceAccess.ReadWrite);
        Assert.Equal(1, device.Connections);
        await device.WriteAsync(5, Random(1000), Cancelled);
        Assert.Equal(Random(1000), (await ReadAllAsync(device, 100_000)).AsSpan(5, 1000).ToArray());
    }
}
