using BackupEngine.Chunkstore.Checkpoints;
using BackupEngine.DataPlane.Backup;
using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Tests.Devices;
using BackupEngine.DataPlane.Transfers;
using CsCheck;

namespace BackupEngine.DataPlane.Tests.Backup;

/// <summary>Backups that are interrupted and started again with the same id.</summary>
public sealed class ResumeTests
{
    /// <summary>A volume of 3 MiB whose run ends at one of its last reads.</summary>
    private const int LateSeed = 12;

    private static readonly TuningOptions EveryLeaf = new()
    {
        Lanes = 2,
        IoSizeBytes = 64 * 1024,
        QueueDepth = 2,
        CheckpointTime = TimeSpan.FromTicks(1),
    };

    private static readonly Gen<(int Seed, int Interruptions, bool Incremental, bool Cancelled)> AnyRun =
        Gen.Select(Gen.Int, Gen.Int[1, 4], Gen.Bool, Gen.Bool);

    /// <summary>Parent, changed blocks, grown and shrunk volumes are all in the histories of the volume.</summary>
    [Fact]
    public async Task However_often_it_is_interrupted_the_backup_is_right_and_reads_nothing_twice()
    {
        await AnyRun.SampleAsync(
            async run => await ResumedBytesAsync(run.Seed, run.Interruptions, run.Incremental, run.Cancelled),
            iter: 30,
            threads: 2);

        // How far those came is chance; this one had finished leaves when it ended.
        var resumed = await ResumedBytesAsync(LateSeed, interruptions: 1, incremental: false, cancelled: false);
        Assert.True(resumed > 0, "the run did not go on from the other");
    }

    [Fact]
    public async Task A_resumed_backup_counts_what_it_did_not_read_and_stores_nothing_twice()
    {
        using var harness = new PipelineHarness { Tuning = EveryLeaf };
        var content = Content(seed: 4);
        var request = harness.Request(new StrictDevice(content)) with { SourceIdentity = "snapshot-1" };
        await InterruptAsync(request, content, failRead: 100);
        var before = harness.Repository.GetStatistics().Chunks;

        var result = await PipelineHarness.BackupAsync(request);

        Assert.True(result.ResumedBytes > 0);
        Assert.Equal(content.Length, result.ResumedBytes + result.BytesRead - result.ResumeCheckBytes);
        Assert.InRange(result.ResumeCheckBytes, 1, result.ResumedBytes / 256);
        Assert.True(before > 0);
        Assert.True(result.BytesNew <= result.BytesRead, "stored more than it read");
        Assert.Empty(result.Warnings);
        Assert.Equal(content, await harness.RestoreAsync(result));
        Assert.Equal(0, (await harness.BackupAsync(content)).ChunksNew);
    }

    [Fact]
    public async Task Of_another_point_in_time_nothing_is_gone_on_with()
    {
        using var harness = new PipelineHarness { Tuning = EveryLeaf };
        var content = Content(seed: 5);
        var request = harness.Request(new StrictDevice(content)) with { SourceIdentity = "snapshot-1" };
        await InterruptAsync(request, content, failRead: 100);
        var later = Content(seed: 6);

        var result = await PipelineHarness.BackupAsync(
            request with { Source = new StrictDevice(later), SourceIdentity = "snapshot-2" });

        Assert.Equal(0, result.ResumedBytes);
        Assert.Contains("snapshot-1", Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.Equal(later, await harness.RestoreAsync(result));
    }

    [Fact]
    public async Task Without_an_identity_a_device_is_read_again_and_stores_nothing_twice_unless_it_is_trusted()
    {
        using var harness = new PipelineHarness { Tuning = EveryLeaf };
        var content = Content(seed: 7);
        var request = harness.Request(new StrictDevice(content));
        await InterruptAsync(request, content, failRead: 100);
        var stored = harness.Repository.GetStatistics().DataPackBytes;

        await InterruptAsync(request with { Resume = ResumeMode.Trust }, content, failRead: 1);
        var result = await PipelineHarness.BackupAsync(request);

        Assert.Equal(content.Length, result.BytesRead);
        Assert.Equal(0, result.ResumedBytes);
        Assert.Contains("nothing proves", Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.True(stored > 0 && result.BytesNew < content.Length - (1 << 20), "stored again what was there");
        Assert.Equal(content, await harness.RestoreAsync(result));
    }

    /// <summary>Whoever names the source is mistaken, or trusts it although it has changed.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_not_in_the_source_any_more_is_not_gone_on_with(bool isTrusted)
    {
        using var harness = new PipelineHarness { Tuning = EveryLeaf };
        var content = Content(seed: 8);
        var request = harness.Request(new StrictDevice(content)) with
        {
            SourceIdentity = isTrusted ? "" : "snapshot-1",
            Resume = isTrusted ? ResumeMode.Trust : ResumeMode.WhenProven,
        };
        await InterruptAsync(request, content, failRead: 100);
        var later = Content(seed: 9);

        var result = await PipelineHarness.BackupAsync(request with { Source = new StrictDevice(later) });

        Assert.Equal((0, FullReadReason.ResumeCheck), (result.ResumedBytes, result.FullRead));
        Assert.Contains("NOT what the interrupted run", Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.Equal(later.Length, result.BytesRead - result.ResumeCheckBytes);
        Assert.Equal(later, await harness.RestoreAsync(result));
    }

    private static byte[] Content(int seed)
    {
        var content = new byte[(8 << 20) + 1234];
        new Random(seed).NextBytes(content);
        content.AsSpan(2 << 20, 1 << 20).Clear();
        return content;
    }

    private static async Task InterruptAsync(BackupRequest request, byte[] content, int failRead)
    {
        var broken = new FaultyDevice(new StrictDevice(content)) { FailRead = failRead };
        await Assert.ThrowsAsync<DeviceException>(
            () => PipelineHarness.BackupAsync(request with { Source = broken }));
    }

    private static async Task<long> ResumedBytesAsync(int seed, int interruptions, bool incremental, bool cancelled)
    {
        using var harness = new PipelineHarness { Tuning = EveryLeaf with { Lanes = 1, QueueDepth = 1 } };
        return (await RunAsync(harness, seed, interruptions, incremental, cancelled)).ResumedBytes;
    }

    private static async Task<BackupResult> RunAsync(
        PipelineHarness harness, int seed, int interruptions, bool incremental, bool cancelled)
    {
        var volume = new VolumeModel(seed);
        var random = new Random(seed);
        BackupResult? parent = null;
        if (incremental)
        {
            parent = await harness.BackupAsync(new StrictDevice(volume.Content));
            volume.Forget();
            volume.Mutate();
        }

        var request = harness.Request(new StrictDevice(volume.Content), parent) with
        {
            ChangedBlocks = incremental && random.Next(3) > 0 ? volume.OverReported() : null,
            BaseToken = "point",
        };
        for (var i = 0; i < interruptions; i++)
        {
            var read = random.Next(1, (volume.Content.Length / EveryLeaf.IoSizeBytes) + 2);
            if (await TryAsync(request, volume.Content, read, cancelled) is { } early)
            {
                return early;
            }
        }

        var result = await PipelineHarness.BackupAsync(request);
        Assert.Empty(result.Warnings);
        var restored = await harness.RestoreAsync(result);
        Assert.True(restored.AsSpan().SequenceEqual(volume.Content), "restored bytes differ");
        Assert.Empty(Directory.GetFiles(Path.Combine(harness.RepositoryPath, "checkpoints")));
        if (request.ChangedBlocks is null)
        {
            Assert.Equal(result.VolumeBytes, result.ResumedBytes + result.BytesRead - result.ResumeCheckBytes);
        }

        return result;
    }

    /// <summary>A run that ends at a read; null where it did.</summary>
    private static async Task<BackupResult?> TryAsync(BackupRequest request, byte[] content, int read, bool cancelled)
    {
        using var cancel = new CancellationTokenSource();
        var device = new FaultyDevice(new StrictDevice(content))
        {
            FailRead = cancelled ? null : read,
            BeforeTransfer = number =>
            {
                if (cancelled && number >= read)
                {
                    cancel.Cancel();
                }
            },
        };
        try
        {
            return await PipelineHarness.BackupAsync(request with { Source = device }, cancel.Token);
        }
        catch (Exception exception) when (exception is DeviceException or OperationCanceledException)
        {
            return null;
        }
    }
}
