using BackupEngine.DataPlane.Backup;
using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Devices.Engines;
using BackupEngine.DataPlane.Tests.Backup;
using BackupEngine.DataPlane.Tests.Devices;
using BackupEngine.DataPlane.Transfers;
using BackupEngine.DataPlane.Transfers.Depth;

namespace BackupEngine.DataPlane.Tests.Transfers.Depth;

public sealed class DepthChoiceTests
{
    [Fact]
    public void What_is_asked_for_is_taken()
    {
        var choice = For(new TuningOptions { QueueDepth = 77 });
        Assert.Equal((77, 77, false), (choice.Depth.Current, choice.Depth.Maximum, choice.OneStream));
    }

    [Theory]
    [InlineData(1, 32)]
    [InlineData(16, 16)]
    [InlineData(256, 2)]
    public void What_is_found_out_is_bounded_for_all_lanes_together(int lanes, int maximum)
    {
        var choice = For(new TuningOptions { Lanes = lanes });
        Assert.Equal((1, maximum), (choice.Depth.Current, choice.Depth.Maximum));
    }

    [Fact]
    public async Task In_one_stream_one_lane_reads_at_a_time_and_every_byte_is_read_once()
    {
        const int Depth = 2;
        var content = new byte[24 << 20];
        new Random(1).NextBytes(content);
        using var harness = new PipelineHarness(65536)
        {
            Tuning = new TuningOptions { Lanes = 4, IoSizeBytes = 65536 },
        };
        var device = new CountingDevice(new MemoryDevice(content));
        var backup = await PipelineHarness.BackupAsync(harness.Request(device) with
        {
            Depth = new DepthChoice(new FixedDepth(Depth), OneStream: true, "a disk that turns"),
        });
        Assert.Equal(content, await harness.RestoreAsync(backup));
        Assert.Equal((content.Length, Depth), (backup.BytesRead, backup.QueueDepth));
        Assert.InRange(device.MostAtOnce, 1, Depth);
    }

    [Fact]
    public async Task A_depth_that_adapts_reads_the_same_bytes()
    {
        var content = new byte[(9 << 20) + 123];
        new Random(2).NextBytes(content);
        using var harness = new PipelineHarness { Tuning = new TuningOptions { Lanes = 3, IoSizeBytes = 65536 } };
        var depth = new RestlessDepth();
        var backup = await PipelineHarness.BackupAsync(harness.Request(new MemoryDevice(content)) with
        {
            Depth = new DepthChoice(depth, OneStream: false, "never the same"),
        });
        Assert.Equal(content, await harness.RestoreAsync(backup));
        Assert.True(backup.BufferBytes <= harness.Tuning.Lanes * 9L * 65536);
    }

    private static DepthChoice For(TuningOptions tuning)
    {
        var device = new MemoryDevice(4096);
        return DepthChoice.For(tuning, new ThreadsEngine(device), device, TimeProvider.System);
    }

    /// <summary>A depth that is another one whenever it is looked at.</summary>
    private sealed class RestlessDepth : ITransferDepth
    {
        private int _looks;

        public int Current => 1 + (Interlocked.Increment(ref _looks) % Maximum);

        public int Maximum => 13;

        public void Report(long bytes, TimeSpan waited)
        {
        }
    }
}
