using BackupEngine.Chunkstore;
using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Nbd.Client;

namespace BackupEngine.DataPlane.Tests.Nbd.Client;

/// <summary>Reads, writes and zeroes through the servers of QEMU and nbdkit.</summary>
public sealed class NbdDeviceTests : NbdTestBase
{
    private const int Bytes = (3 << 20) + 512;

    [Theory]
    [InlineData(64 * 1024)]
    [InlineData(1 << 20)]
    [InlineData(100_000)]
    public async Task Reads_from_qemu_are_what_is_in_the_file(int stepBytes)
    {
        Assert.SkipUnless(NbdTool.HasQemu, "qemu-utils is not installed");
        var content = Random(Bytes);
        content.AsSpan(1 << 20, 1 << 20).Clear();
        var image = Folder.CreateFile("raw", Bytes, content);
        var server = Keep(NbdTool.Qemu(image, Socket, "--format=raw", "--read-only"));
        var device = Open(server.Uri);
        Assert.Equal(Bytes, device.LengthBytes);
        Assert.Equal(4, device.Connections);
        Assert.Equal(content, await ReadAllAsync(device, stepBytes));
        Assert.Empty(device.Incidents);
    }

    [Theory]
    [InlineData("")]
    [InlineData("--no-sr")]
    public async Task Reads_from_nbdkit_are_what_is_in_the_file(string option)
    {
        Assert.SkipUnless(NbdTool.HasNbdkit, "nbdkit is not installed");
        var content = Random(Bytes);
        string[] options = option.Length > 0 ? [option] : [];
        var server = Keep(NbdTool.Nbdkit(Socket, [.. options, "file", Folder.CreateFile("raw", Bytes, content)]));
        Assert.Equal(content, await ReadAllAsync(Open(server.Uri), 64 * 1024));
    }

    [Theory]
    [InlineData("qemu")]
    [InlineData("nbdkit")]
    [InlineData("blocks of 4096")]
    public async Task Writes_and_zeros_reach_the_file(string kind)
    {
        Assert.SkipUnless(NbdTool.HasNbdkit && NbdTool.HasQemu, "nbdkit or qemu-utils is not installed");
        var content = Random(Bytes & ~4095);
        var path = Folder.CreateFile("raw", content.Length, content);
        var server = Keep(kind switch
        {
            "qemu" => NbdTool.Qemu(path, Socket, "--format=raw"),
            "nbdkit" => NbdTool.Nbdkit(Socket, "file", path),
            _ => NbdTool.Nbdkit(
                Socket, "--filter=blocksize-policy", "file", path, "blocksize-minimum=4096",
                "blocksize-preferred=65536", "blocksize-maximum=131072", "blocksize-error-policy=error"),
        });
        var device = Open(server.Uri, DeviceAccess.ReadWrite);
        var random = new Random(7);
        for (var i = 0; i < 60; i++)
        {
            await ChangeAsync(device, content, random, i);
        }

        await device.FlushAsync(Cancelled);
        Assert.Equal(content, await ReadAllAsync(device, 333_333));
        Assert.Equal(content, File.ReadAllBytes(path));
        Assert.Null(device.ZeroingRefused);
    }

    [Fact]
    public void A_read_only_export_is_no_target()
    {
        Assert.SkipUnless(NbdTool.HasNbdkit, "nbdkit is not installed");
        var server = Keep(NbdTool.Nbdkit(Socket, "--read-only", "memory", "1M"));
        var error = Assert.Throws<DeviceException>(() => Open(server.Uri, DeviceAccess.ReadWrite));
        Assert.Equal(DeviceErrorKind.NotUsable, error.Kind);
        Assert.Contains("read-only", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_export_that_is_not_there_is_named_with_those_that_are()
    {
        Assert.SkipUnless(NbdTool.HasQemu, "qemu-utils is not installed");
        Keep(NbdTool.Qemu(Folder.CreateFile("raw", 1 << 20), Socket, "--format=raw", "--export-name=disk"));
        var error = Assert.Throws<DeviceException>(() => Open($"nbd+unix:///other?socket={Socket}"));
        Assert.Equal(DeviceErrorKind.NotFound, error.Kind);
        Assert.Contains("no export 'other', but 'disk'", error.Message, StringComparison.Ordinal);
        Assert.Equal(1 << 20, Open($"nbd+unix:///disk?socket={Socket}").LengthBytes);
    }

    [Fact]
    public void Nobody_there_is_an_error_at_once()
    {
        var error = Assert.Throws<DeviceException>(() => Open($"nbd+unix:///?socket={Socket}"));
        Assert.Equal(DeviceErrorKind.NotFound, error.Kind);
    }

    [Fact]
    public async Task An_error_of_the_server_names_the_offset()
    {
        Assert.SkipUnless(NbdTool.HasNbdkit, "nbdkit is not installed");
        var server = Keep(NbdTool.Nbdkit(
            Socket, "--filter=error", "memory", "4M", "error-pread=EIO", "error-pread-rate=1"));
        var device = Open(server.Uri);
        var error = await Assert.ThrowsAsync<DeviceException>(
            async () => await device.ReadAsync(65536, new byte[4096], Cancelled));
        Assert.Equal(DeviceErrorKind.Io, error.Kind);
        Assert.Contains("reading 4096 bytes at offset 65536", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_ends_a_read_that_the_server_never_answers()
    {
        Assert.SkipUnless(NbdTool.HasNbdkit, "nbdkit is not installed");
        var server = Keep(NbdTool.Nbdkit(Socket, "--filter=delay", "memory", "4M", "delay-read=3600"));
        var device = Open(server.Uri);
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await device.ReadAsync(0, new byte[4096], cancel.Token));
    }

    private static async Task ChangeAsync(NbdDevice device, byte[] content, Random random, int seed)
    {
        var offset = random.Next(content.Length);
        var length = random.Next(1, Math.Min(content.Length - offset, 400_000) + 1);
        if (random.Next(3) == 0)
        {
            content.AsSpan(offset, length).Clear();
            await device.ZeroAsync(new Extent(offset, length), Cancelled);
        }
        else
        {
            var bytes = Random(length, seed);
            bytes.CopyTo(content.AsSpan(offset));
            await device.WriteAsync(offset, bytes, Cancelled);
        }
    }
}
