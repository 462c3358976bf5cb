using BackupEngine.Chunkstore;
using BackupEngine.DataPlane.Errors;
using BackupEngine.DataPlane.Nbd.Server.Overlay;
using BackupEngine.DataPlane.Nbd.Server.Volumes;
using BackupEngine.DataPlane.Tests.Backup;
using BackupEngine.DataPlane.Tests.Devices;

namespace BackupEngine.DataPlane.Tests.Nbd.Server;

public sealed class OverlayTests : IDisposable
{
    private const int VolumeBytes = (60 * PipelineHarness.SmallChunk) + 1234;

    private readonly PipelineHarness _harness = new();
    private readonly byte[] _content = ServedVolumes.Content(new Random(7), VolumeBytes, PipelineHarness.SmallChunk);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _harness.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whatever_is_written_is_what_is_read_and_what_was_flushed_outlives_every_crash(bool powerLoss)
    {
        var backup = BackupId.Parse((await _harness.BackupAsync(_content)).BackupId);
        const int Rounds = 25;
        for (var seed = 0; seed < Rounds; seed++)
        {
            var random = new Random(seed);
            var file = new CrashyFile(OverlayLayout.FileBytes(VolumeBytes));
            var model = new OverlayModel(_content);
            for (var crash = 0; crash < 4; crash++)
            {
                file.OperationsLeft = powerLoss ? random.Next(1, 60) : -1;
                await RunUntilCrashAsync(backup, file, model, random);
                file = powerLoss ? file.LosePower(random) : file.Reopen();
                await using var volume = Open(backup, file);
                var found = await ServedVolumes.ReadAllAsync(volume);
                model.Recover(found);
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{Rounds * 4} crashes (seeds 0 to {Rounds - 1})");
    }

    [Fact]
    public async Task The_map_of_an_overlay_is_that_of_its_content()
    {
        var backup = BackupId.Parse((await _harness.BackupAsync(_content)).BackupId);
        await using var volume = Open(backup, new CrashyFile(OverlayLayout.FileBytes(VolumeBytes)));
        var scratch = new ReadScratch();
        var model = new OverlayModel(_content);
        var random = new Random(5);
        for (var i = 0; i < 60; i++)
        {
            await StepAsync(volume, model, scratch, random);
        }

        var map = new AllocationMap();
        map.Clear(10_000);
        await volume.MapAsync(new Extent(0, VolumeBytes), map, scratch, Cancel);
        Assert.Equal(VolumeBytes, map.LengthBytes);
        var position = 0;
        foreach (var run in map.Runs)
        {
            Assert.False(run.IsZero && model.Now.AsSpan(position, (int)run.LengthBytes).ContainsAnyExcept((byte)0));
            position += (int)run.LengthBytes;
        }
    }

    [Fact]
    public async Task Writers_of_parts_of_one_block_do_not_undo_each_other()
    {
        var backup = BackupId.Parse((await _harness.BackupAsync(_content)).BackupId);
        await using var volume = Open(backup, new CrashyFile(OverlayLayout.FileBytes(VolumeBytes)));
        await Task.WhenAll(Enumerable.Range(0, 64).Select(i => Task.Run(async () =>
        {
            var part = new byte[333];
            part.AsSpan().Fill((byte)(i + 1));
            await volume.WriteAsync(4000 + (i * 333), part, new ReadScratch(), Cancel);
        })));
        var expected = _content.ToArray();
        for (var i = 0; i < 64; i++)
        {
            expected.AsSpan(4000 + (i * 333), 333).Fill((byte)(i + 1));
        }

        Assert.Equal(expected, await ServedVolumes.ReadAllAsync(volume));
    }

    [Fact]
    public async Task After_a_flush_that_failed_nothing_is_written_any_more()
    {
        var backup = BackupId.Parse((await _harness.BackupAsync(_content)).BackupId);
        var file = new CrashyFile(OverlayLayout.FileBytes(VolumeBytes));
        var volume = Open(backup, file);
        var scratch = new ReadScratch();
        await volume.WriteAsync(0, new byte[100], scratch, Cancel);
        file.OperationsLeft = 0;
        await Assert.ThrowsAsync<IOException>(() => volume.FlushAsync(Cancel).AsTask());
        file.OperationsLeft = -1;
        await Assert.ThrowsAsync<IOException>(() => volume.FlushAsync(Cancel).AsTask());
        await Assert.ThrowsAsync<IOException>(() => volume.WriteAsync(0, new byte[100], scratch, Cancel).AsTask());
        await Assert.ThrowsAsync<IOException>(() => volume.DisposeAsync().AsTask());
    }

    [Fact]
    public async Task A_map_that_is_damaged_in_both_places_is_refused()
    {
        var backup = BackupId.Parse((await _harness.BackupAsync(_content)).BackupId);
        var file = new CrashyFile(OverlayLayout.FileBytes(VolumeBytes));
        await using (var volume = Open(backup, file))
        {
            for (var i = 0; i < 2; i++)
            {
                await volume.WriteAsync(i * 5000, new byte[100], new ReadScratch(), Cancel);
                await volume.FlushAsync(Cancel);
            }
        }

        var page = new byte[OverlayLayout.BlockBytes];
        for (var place = 0; place < OverlayLayout.PlacesOfPage; place++)
        {
            file.Read(OverlayLayout.PageOffset(0, place), page);
            page[100] ^= 1;
            file.Write(OverlayLayout.PageOffset(0, place), page);
        }

        Assert.Throws<UsageException>(() => new OverlayStore(file, VolumeBytes));
    }

    [Fact]
    public void A_file_is_the_overlay_of_one_backup_and_of_one_process()
    {
        using var folder = new TemporaryFolder(TemporaryFolder.MemoryFileSystem);
        var identity = new OverlayIdentity(Guid.NewGuid(), BackupId.Parse("b"), ChunkId.Zero, 1 << 20);
        var path = folder.File("overlay");
        using (OverlayFile.Open(path, identity))
        {
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path) & (UnixFileMode)511);
            Assert.Throws<UsageException>(() => OverlayFile.Open(path, identity));
        }

        var before = File.ReadAllBytes(path);
        foreach (var other in new[]
        {
            identity with { RepositoryId = Guid.NewGuid() },
            identity with { BackupId = BackupId.Parse("c") },
            identity with { RootId = new ChunkId(Enumerable.Repeat((byte)1, 32).ToArray()) },
            identity with { VolumeBytes = 1 << 21 },
        })
        {
            var refusal = Assert.Throws<UsageException>(() => OverlayFile.Open(path, other));
            Assert.Contains("is the overlay of", refusal.Message, StringComparison.Ordinal);
        }

        var stranger = folder.CreateFile("stranger", 100_000);
        Assert.Throws<UsageException>(() => OverlayFile.Open(stranger, identity));
        Assert.Throws<UsageException>(() => OverlayFile.Open(folder.File("no/such/folder"), identity));
        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.Equal(2, Directory.GetFiles(folder.Path).Length);
    }

    private static async Task StepAsync(OverlayVolume volume, OverlayModel model, ReadScratch scratch, Random random)
    {
        var offset = random.Next(VolumeBytes);
        var length = 1 + random.Next(Math.Min(VolumeBytes - offset, random.Next(2) == 0 ? 600 : 30_000));
        var extent = new Extent(offset, length);
        var bytes = new byte[length];
        switch (random.Next(8))
        {
            case 0 or 1 or 2:
                random.NextBytes(bytes);
                model.Write(offset, bytes);
                await volume.WriteAsync(offset, bytes, scratch, Cancel);
                break;
            case 3:
                model.Write(offset, bytes);
                await volume.ZeroAsync(extent, provision: random.Next(2) == 0, scratch, Cancel);
                break;
            case 4:
                var (first, end) = ((offset + 4095) / 4096 * 4096, (offset + length) / 4096 * 4096);
                end = offset + length == VolumeBytes ? VolumeBytes : end;
                model.Write(Math.Min(first, VolumeBytes), new byte[Math.Max(0, end - first)]);
                await volume.TrimAsync(extent, Cancel);
                break;
            case 5:
                await volume.FlushAsync(Cancel);
                model.Flush();
                break;
            default:
                await volume.ReadAsync(offset, bytes, scratch, Cancel);
                Assert.Equal(model.Now[offset..(offset + length)], bytes);
                break;
        }
    }

    private OverlayVolume Open(BackupId backup, IOverlayFile file) =>
        new(ServedVolumes.Open(_harness, backup, cacheChunks: 8), new OverlayStore(file, VolumeBytes));

    /// <summary>Random steps, until the power goes or enough is done; the volume is left as a kill does.</summary>
    private async Task RunUntilCrashAsync(BackupId backup, CrashyFile file, OverlayModel model, Random random)
    {
        var scratch = new ReadScratch();
        try
        {
            var backupVolume = ServedVolumes.Open(_harness, backup, cacheChunks: 8);
            await using var closing = backupVolume;
            var volume = new OverlayVolume(backupVolume, new OverlayStore(file, VolumeBytes));
            for (var i = 0; i < 40; i++)
            {
                await StepAsync(volume, model, scratch, random);
            }
        }
        catch (IOException)
        {
            // The power is gone: what the last step wrote may be there or not, as the model knows.
        }
    }
}
