using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.DataPlane.Backup;
using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Errors;
using BackupEngine.DataPlane.Tests.Backup;
using BackupEngine.DataPlane.Tests.Devices;

namespace BackupEngine.DataPlane.Tests.Restore;

public sealed class RestoreRunnerTests : IDisposable
{
    private const int Chunk = PipelineHarness.SmallChunk;
    private const int VolumeBytes = (700 * Chunk) + 1234;
    private readonly PipelineHarness _harness = new();
    private readonly byte[] _content = new byte[VolumeBytes];

    public RestoreRunnerTests()
    {
        new Random(1).NextBytes(_content);
        _content.AsSpan(3 * Chunk, Chunk).Clear();
        _content.AsSpan(100 * Chunk, 200 * Chunk).Clear();
        _content.AsSpan(256 * Chunk, 256 * Chunk).Clear();
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _harness.Dispose();

    [Fact]
    public async Task What_was_written_and_what_is_zero_make_up_the_volume()
    {
        var backup = await _harness.BackupAsync(_content);
        var target = new StrictDevice(new byte[VolumeBytes]);
        target.Content.AsSpan().Fill(0xEE);
        var result = await PipelineHarness.RestoreAsync(_harness.RestoreRequest(backup, target));
        Assert.Equal(_content, target.Content);
        Assert.Equal(backup.ZeroBytes, result.ZeroBytes);
        Assert.Equal(VolumeBytes - backup.ZeroBytes, result.BytesWritten);
        Assert.Equal(VolumeBytes, result.VolumeBytes);
        Assert.True(result.DirectIo);
    }

    [Fact]
    public async Task On_a_target_known_to_be_zero_no_zeros_are_written()
    {
        var backup = await _harness.BackupAsync(_content);
        var target = new WriteCounter(new byte[VolumeBytes]);
        await PipelineHarness.RestoreAsync(_harness.RestoreRequest(backup, target) with { TargetIsZero = true });
        Assert.Equal(_content, target.Inner.Content);
        Assert.Equal(VolumeBytes - backup.ZeroBytes, target.Written);
        Assert.Equal(0, target.Zeroed);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task No_write_and_no_zeroing_follows_a_refusal_before_it(bool onlyDifferences)
    {
        var backup = await _harness.BackupAsync(_content);
        var target = new WatchedDevice(new byte[VolumeBytes + 100]);
        target.Content.AsSpan().Fill(0xEE);
        var allowed = 0;
        var request = _harness.RestoreRequest(backup, target) with
        {
            OnlyDifferences = onlyDifferences,
            BeforeWrite = () => Assert.True(Interlocked.Increment(ref allowed) <= 2, "refused"),
        };
        var error = await Assert.ThrowsAsync<TargetIncompleteException>(
            () => PipelineHarness.RestoreAsync(request));
        Assert.Contains("refused", error.ToString(), StringComparison.Ordinal);
        Assert.True(allowed > 2);
        Assert.InRange(target.Writes, 0, 2);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(511)]
    [InlineData(100_000)]
    public async Task Behind_the_volume_a_larger_target_keeps_what_it_held(int extraBytes)
    {
        var backup = await _harness.BackupAsync(_content);
        var restored = await _harness.RestoreAsync(backup, extraBytes);
        Assert.Equal(_content, restored[..VolumeBytes]);
        Assert.All(restored[VolumeBytes..], value => Assert.Equal(0xEE, value));
    }

    [Fact]
    public async Task A_smaller_target_is_refused_untouched()
    {
        var backup = await _harness.BackupAsync(_content);
        var target = new WriteCounter(new byte[VolumeBytes - 1]);
        var error = await Assert.ThrowsAsync<DeviceException>(
            () => PipelineHarness.RestoreAsync(_harness.RestoreRequest(backup, target)));
        Assert.Equal(DeviceErrorKind.TooSmall, error.Kind);
        Assert.Equal(0, target.Written + target.Zeroed);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    public async Task A_write_that_fails_leaves_a_target_that_is_called_incomplete(int write)
    {
        var backup = await _harness.BackupAsync(_content);
        var target = new FaultyDevice(new StrictDevice(new byte[VolumeBytes])) { FailWrite = write };
        var error = await Assert.ThrowsAsync<TargetIncompleteException>(
            () => PipelineHarness.RestoreAsync(_harness.RestoreRequest(backup, target)));
        Assert.Contains("INCOMPLETE", error.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Device, Failure.Of(error).Code);
    }

    [Fact]
    public async Task A_flush_that_fails_fails_the_restore()
    {
        var backup = await _harness.BackupAsync(_content);
        var target = new FaultyDevice(new StrictDevice(new byte[VolumeBytes])) { FailFlush = true };
        await Assert.ThrowsAsync<TargetIncompleteException>(
            () => PipelineHarness.RestoreAsync(_harness.RestoreRequest(backup, target)));
    }

    [Fact]
    public async Task Cancelled_a_restore_says_that_the_target_is_incomplete()
    {
        var backup = await _harness.BackupAsync(_content);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var target = new FaultyDevice(new StrictDevice(new byte[VolumeBytes]))
        {
            BeforeTransfer = number => (number == 3 ? cancel : null)?.Cancel(),
        };
        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => PipelineHarness.RestoreAsync(_harness.RestoreRequest(backup, target), cancel.Token));
        Assert.Contains("INCOMPLETE", Failure.Of(error).Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Cancelled, Failure.Of(error).Code);
    }

    [Fact]
    public async Task Of_a_damaged_pack_nothing_wrong_is_ever_written()
    {
        var backup = await _harness.BackupAsync(_content);
        DamageEveryPack();
        var target = new StrictDevice(new byte[VolumeBytes]);
        target.Content.AsSpan().Fill(0xEE);
        var error = await Assert.ThrowsAnyAsync<Exception>(
            () => PipelineHarness.RestoreAsync(_harness.RestoreRequest(backup, target)));
        Assert.Equal(ExitCode.CorruptData, Failure.Of(error).Code);
        for (var offset = 0; offset < VolumeBytes; offset += Chunk)
        {
            var length = Math.Min(Chunk, VolumeBytes - offset);
            var restored = target.Content.AsSpan(offset, length);
            Assert.True(
                restored.SequenceEqual(_content.AsSpan(offset, length)) || !restored.ContainsAnyExcept((byte)0xEE),
                $"wrong bytes were written at {offset}");
        }
    }

    [Fact]
    public async Task A_backup_that_does_not_exist_is_not_found()
    {
        var request = _harness.RestoreRequest(await _harness.BackupAsync(_content), new StrictDevice(_content)) with
        {
            BackupId = BackupId.Parse("none"),
        };
        await Assert.ThrowsAsync<BackupNotFoundException>(() => PipelineHarness.RestoreAsync(request));
    }

    [Fact]
    public async Task A_volume_of_zeros_is_restored_as_zeros()
    {
        var backup = await _harness.BackupAsync(new byte[VolumeBytes]);
        Assert.Equal(new byte[VolumeBytes], await _harness.RestoreAsync(backup));
        Assert.Equal(0, backup.ChunksNew);
    }

    private void DamageEveryPack()
    {
        var packs = Directory.GetFiles(_harness.RepositoryPath, "*", SearchOption.AllDirectories)
            .Where(path => new FileInfo(path).Length > 1 << 20)
            .ToArray();
        Assert.NotEmpty(packs);
        foreach (var pack in packs)
        {
            var bytes = File.ReadAllBytes(pack);
            for (var i = bytes.Length / 2; i < bytes.Length; i += 3 * Chunk)
            {
                bytes[i] ^= 1;
            }

            File.SetUnixFileMode(pack, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.WriteAllBytes(pack, bytes);
        }
    }

    private sealed class WriteCounter(byte[] content) : IBlockDevice
    {
        private long _written;
        private long _zeroed;

        public StrictDevice Inner { get; } = new(content);

        public long Written => _written;

        public long Zeroed => _zeroed;

        public long LengthBytes => Inner.LengthBytes;

        public string Name => Inner.Name;

        public bool DirectIo => Inner.DirectIo;

        public string? DirectIoRefused => Inner.DirectIoRefused;

        public int AlignmentBytes => Inner.AlignmentBytes;

        public ValueTask ReadAsync(long offsetBytes, Memory<byte> buffer, CancellationToken cancellationToken) =>
            Inner.ReadAsync(offsetBytes, buffer, cancellationToken);

        public ValueTask WriteAsync(long offsetBytes, ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
        {
            Interlocked.Add(ref _written, buffer.Length);
            return Inner.WriteAsync(offsetBytes, buffer, cancellationToken);
        }

        public ValueTask ZeroAsync(Extent extent, CancellationToken cancellationToken)
        {
            Interlocked.Add(ref _zeroed, extent.LengthBytes);
            return Inner.ZeroAsync(extent, cancellationToken);
        }

        public ValueTask FlushAsync(CancellationToken cancellationToken) => Inner.FlushAsync(cancellationToken);

        public void Dispose() => Inner.Dispose();
    }
}
