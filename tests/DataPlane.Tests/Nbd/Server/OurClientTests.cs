using BackupEngine.DataPlane.Backup;
using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Nbd.Client;
using BackupEngine.DataPlane.Nbd.Protocol;
using BackupEngine.DataPlane.Nbd.Server.Volumes;
using BackupEngine.DataPlane.Tests.Backup;
using BackupEngine.DataPlane.Tests.Devices;
using BackupEngine.DataPlane.Tests.Nbd.Client;

namespace BackupEngine.DataPlane.Tests.Nbd.Server;

/// <summary>Our client and our server, in every way that they can agree on.</summary>
public sealed class OurClientTests : NbdTestBase
{
    private const int Chunk = 64 * 1024;

    private readonly PipelineHarness _harness = new(Chunk);
    private readonly byte[] _content = ServedVolumes.Content(new Random(3), (50 * Chunk) + 512, Chunk);

    /// <summary>Replies, whether the block status is asked for, connections.</summary>
    public static TheoryData<string, bool, int> Ways => new(
        from replies in Enum.GetNames<ReplyStyle>()
        from status in new[] { false, true }
        from connections in new[] { 1, 3 }
        select (replies, status, connections));

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_backup_of_a_backup_is_the_same(string replies, bool status, int connections)
    {
        await using var volume = await ServedVolumes.BackUpAsync(_harness, _content, cacheChunks: 8);
        await using var server = new InProcessServer(volume);
        var device = Connect(server, replies, status, connections);
        Assert.Equal(_content, await ReadAllAsync(device, 150_000));
        var backup = await _harness.BackupAsync(device);
        Assert.Equal(_content, await _harness.RestoreAsync(backup));
        var canTell = status && replies != nameof(ReplyStyle.Simple);
        Assert.Equal(canTell ? Zeros() : 0, backup.KnownZeroBytes);
        Assert.Equal(connections, device.Connections);
        Assert.Empty(device.Incidents);
        Close();
    }

    [Theory]
    [InlineData(nameof(ReplyStyle.Simple))]
    [InlineData(nameof(ReplyStyle.Structured))]
    [InlineData(nameof(ReplyStyle.Extended))]
    public async Task What_is_written_to_an_overlay_is_read_from_it(string replies)
    {
        var backup = await _harness.BackupAsync(_content);
        var manifest = _harness.Repository.GetManifest(Chunkstore.BackupId.Parse(backup.BackupId));
        await using var volume = Served(manifest);
        await using var server = new InProcessServer(volume);
        var device = Open(Options($"nbd+unix:///?socket={server.Path}") with
        {
            Connections = 3,
            Replies = Enum.Parse<ReplyStyle>(replies),
        }, DeviceAccess.ReadWrite);
        var random = new Random(7);
        for (var i = 0; i < 60; i++)
        {
            await ChangeAsync(device, random);
        }

        await device.FlushAsync(Cancelled);
        Assert.Equal(_content, await ReadAllAsync(device, 150_000));
        Assert.Null(device.ZeroingRefused);
        Assert.Empty(device.Incidents);
        Close();
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _harness.Dispose();
    }

    private DataPlane.Nbd.Server.Overlay.OverlayVolume Served(Chunkstore.Manifests.Manifest manifest)
    {
        var identity = DataPlane.Nbd.Server.Overlay.OverlayIdentity.Of(_harness.Repository, manifest);
        var file = DataPlane.Nbd.Server.Overlay.OverlayFile.Open(Folder.File("overlay"), identity);
        return new(
            ServedVolumes.Open(_harness, manifest.BackupId, cacheChunks: 8),
            new DataPlane.Nbd.Server.Overlay.OverlayStore(file, identity.VolumeBytes));
    }

    private async Task ChangeAsync(NbdDevice device, Random random)
    {
        var length = random.Next(1, 3 * Chunk);
        var offset = random.Next(_content.Length - length);
        var place = _content.AsMemory(offset, length);
        if (random.Next(3) == 0)
        {
            place.Span.Clear();
            await device.ZeroAsync(new Chunkstore.Extent(offset, length), Cancelled);
            return;
        }

        random.NextBytes(place.Span);
        await device.WriteAsync(offset, place, Cancelled);
    }

    private NbdDevice Connect(InProcessServer server, string replies, bool status, int connections)
    {
        var expected = Enum.Parse<ReplyStyle>(replies);
        var device = Open(Options($"nbd+unix:///backup?socket={server.Path}") with
        {
            Connections = connections,
            Replies = expected,
            Contexts = status ? [MetaContexts.Allocation] : [],
        });
        Assert.Equal(expected, device.Export.Replies);
        return device;
    }

    private int Zeros()
    {
        var zeros = 0;
        for (var at = 0; at < _content.Length; at += Chunk)
        {
            var chunk = _content.AsSpan(at, Math.Min(Chunk, _content.Length - at));
            zeros += chunk.ContainsAnyExcept((byte)0) ? 0 : chunk.Length;
        }

        return zeros;
    }
}
