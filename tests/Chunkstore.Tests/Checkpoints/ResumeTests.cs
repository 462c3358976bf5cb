using BackupEngine.Chunkstore.Checkpoints;
using BackupEngine.Chunkstore.Collection;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Sessions;
using BackupEngine.Chunkstore.Tests.Repositories;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Checkpoints;

/// <summary>When an interrupted backup is gone on with, and when it must not be.</summary>
public sealed class ResumeTests : IDisposable
{
    private const int ChunkSize = 4096;
    private const int Leaves = 6;

    private readonly TemporaryDirectory _directory = TemporaryDirectory.InMemory();
    private readonly TestVolume _volume = TestVolume.Mixed(ChunkSize, Leaves * TreeShape.FanOut, seed: 1);
    private readonly Repository _repository;

    public ResumeTests() => _repository =
        Repository.Create(_directory.Sub("repository"), new RepositoryOptions { ChunkSizeBytes = ChunkSize });

    private string CheckpointFolder => Path.Combine(_directory.Sub("repository"), "checkpoints");

    private string[] CheckpointFiles => [.. Directory.GetFiles(CheckpointFolder).Order(StringComparer.Ordinal)];

    public void Dispose()
    {
        _repository.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_run_goes_on_where_the_interrupted_one_was_and_stores_nothing_twice()
    {
        await InterruptAsync(Options());
        var before = _repository.GetStatistics();

        var backup = await FinishAsync(Options());

        Assert.Equal(4, backup.Resumed!.Count);
        Assert.Equal(Leaves - 4, backup.LeavesRead);
        Assert.Empty(backup.Resumed.Warnings);
        Assert.True(before.Chunks > 0);
        var distinct = await _volume.BackUpAsync(_repository, "again");
        Assert.Equal(0, distinct.Statistics.ChunksNew);
        Assert.Equal(distinct.Root, _repository.GetManifest(BackupId.Parse("backup")).Root);
        Assert.Empty(CheckpointFiles);
    }

    [Fact]
    public async Task A_collection_in_between_keeps_what_was_stored()
    {
        await InterruptAsync(Options());
        var report = await _repository.CollectAsync(new CollectOptions(), progress: null, CancellationToken.None);
        Assert.InRange(report.LiveBytes, 1, long.MaxValue);
        var backup = await FinishAsync(Options());
        Assert.Equal(4, backup.Resumed!.Count);
        await _volume.AssertRestoresAsync(_repository, "backup");
    }

    [Fact]
    public async Task A_collection_removes_old_checkpoints_with_what_they_kept()
    {
        await InterruptAsync(Options());
        var options = new CollectOptions { CheckpointAge = TimeSpan.FromDays(-1) };
        var report = await _repository.CollectAsync(options, progress: null, CancellationToken.None);
        Assert.Equal(0, report.LiveBytes);
        Assert.Empty(CheckpointFiles);
        Assert.Equal(Leaves, (await FinishAsync(Options())).LeavesRead);
        await _volume.AssertRestoresAsync(_repository, "backup");
    }

    [Fact]
    public async Task Without_an_identity_everything_is_read_again_unless_the_source_is_trusted()
    {
        var options = Options() with { BaseToken = "" };
        await InterruptAsync(options);
        var trusting = new InterruptedBackup(_volume, options with { Resume = ResumeMode.Trust })
        {
            StopAfterLeaves = 0,
        };
        await Assert.ThrowsAsync<OperationCanceledException>(() => trusting.RunAsync(_repository));
        Assert.Equal(4, trusting.Resumed!.Count);

        var backup = await FinishAsync(options);

        Assert.Equal(Leaves, backup.LeavesRead);
        Assert.Contains("nothing proves", Assert.Single(backup.Resumed!.Warnings), StringComparison.Ordinal);
    }

    public static TheoryData<string> Differences => ["base token", "source", "parent", "changed size", "asked"];

    [Theory]
    [MemberData(nameof(Differences))]
    public async Task Another_work_starts_over_and_says_so_and_leaves_nothing_for_a_third(string difference)
    {
        var parent = await _volume.BackUpAsync(_repository, "parent");
        await InterruptAsync(Options());
        var other = difference switch
        {
            "base token" => Options() with { BaseToken = "another" },
            "source" => Options() with { SourceIdentity = "another" },
            "parent" => Options() with { Parent = parent },
            "asked" => Options() with { Resume = ResumeMode.Never },
            _ => Options(),
        };
        var volume = difference == "changed size" ? TestVolume.Mixed(ChunkSize, 5 * 256, seed: 2) : _volume;
        other = other with { VolumeBytes = volume.Bytes.Length };

        var backup = new InterruptedBackup(volume, other) { StopAfterLeaves = 0 };
        await Assert.ThrowsAsync<OperationCanceledException>(() => backup.RunAsync(_repository));

        Assert.Equal(0, backup.Resumed!.Count);
        Assert.Single(backup.Resumed.Warnings);
        Assert.Empty(CheckpointFiles);
        backup.StopAfterLeaves = null;
        await backup.RunAsync(_repository);
        await volume.AssertRestoresAsync(_repository, "backup");
    }

    public static TheoryData<string> Damages => ["flip", "truncate", "empty", "swap", "of another backup", "long"];

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task A_damaged_checkpoint_is_never_believed(string damage)
    {
        await InterruptAsync(Options());
        var files = CheckpointFiles;
        var bytes = await File.ReadAllBytesAsync(files[0], TestContext.Current.CancellationToken);
        var foreign = InterruptedBackup.Options(_volume, "foreign");
        await InterruptAsync(foreign);
        var damaged = damage switch
        {
            "flip" => [.. bytes[..^50], (byte)(bytes[^50] ^ 1), .. bytes[^49..]],
            "truncate" => bytes[..^7],
            "empty" => [],
            "swap" => await File.ReadAllBytesAsync(files[1], TestContext.Current.CancellationToken),
            "long" => new byte[2 << 20],
            _ => await File.ReadAllBytesAsync(
                CheckpointFiles.First(file => file.Contains("foreign")), TestContext.Current.CancellationToken),
        };
        await File.WriteAllBytesAsync(files[0], damaged, TestContext.Current.CancellationToken);

        var backup = await FinishAsync(Options());

        Assert.Equal(3, backup.Resumed!.Count);
        Assert.Contains("read again", Assert.Single(backup.Resumed.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_flipped_bit_of_a_checkpoint_is_found()
    {
        await InterruptAsync(Options());
        var file = CheckpointFiles[0];
        Assert.True(CheckpointName.TryParse(Path.GetFileName(file), out var name));
        var good = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        for (var bit = 0; bit < good.Length * 8; bit++)
        {
            var bad = good.ToArray();
            bad[bit / 8] ^= (byte)(1 << (bit % 8));
            await File.WriteAllBytesAsync(file, bad, TestContext.Current.CancellationToken);
            var error = Assert.ThrowsAny<RepositoryException>(() => _repository.Checkpoints.TryRead(name));
            Assert.True(error is CorruptDataException or RepositoryFormatException, error.Message);
        }

        Counts.Report("bits of a checkpoint flipped", good.Length * 8);
    }

    [Fact]
    public async Task What_is_missing_below_a_finished_leaf_is_read_again()
    {
        await InterruptAsync(Options());
        var segments = Directory.GetFiles(Path.Combine(_directory.Sub("repository"), "index"));
        File.Delete(segments.Order(StringComparer.Ordinal).First());
        var backup = new InterruptedBackup(_volume, Options());

        await backup.RunAsync(_directory.Sub("repository"));

        Assert.InRange(backup.Resumed!.Count, 0, 3);
        Assert.Contains("not complete", Assert.Single(backup.Resumed.Warnings), StringComparison.Ordinal);
        using var after = Repository.Open(_directory.Sub("repository"));
        await _volume.AssertRestoresAsync(after, "backup");
    }

    [Fact]
    public async Task Deleting_an_interrupted_backup_removes_its_checkpoints_unless_they_are_kept()
    {
        await InterruptAsync(Options());
        await InterruptAsync(InterruptedBackup.Options(_volume, "other"));
        Assert.Throws<BackupNotFoundException>(
            () => _repository.DeleteBackup(BackupId.Parse("backup"), keepCheckpoints: true));
        Assert.Equal(8, CheckpointFiles.Length);

        _repository.DeleteBackup(BackupId.Parse("backup"));

        Assert.Equal(4, CheckpointFiles.Length);
        Assert.All(CheckpointFiles, file => Assert.Contains("other.", file, StringComparison.Ordinal));
        Assert.Throws<BackupNotFoundException>(() => _repository.DeleteBackup(BackupId.Parse("backup")));
    }

    private BackupWriterOptions Options() => InterruptedBackup.Options(_volume, "backup");

    /// <summary>A run that ends after four leaves, each in a checkpoint of its own.</summary>
    private async Task InterruptAsync(BackupWriterOptions options)
    {
        var backup = new InterruptedBackup(_volume, options) { StopAfterLeaves = 4 };
        await Assert.ThrowsAsync<OperationCanceledException>(() => backup.RunAsync(_repository));
        var files = CheckpointFiles.Select(Path.GetFileName);
        Assert.Equal(4, files.Count(file => file!.StartsWith($"{options.BackupId}.", StringComparison.Ordinal)));
    }

    private async Task<InterruptedBackup> FinishAsync(BackupWriterOptions options)
    {
        var backup = new InterruptedBackup(_volume, options);
        await backup.RunAsync(_repository);
        await _volume.AssertRestoresAsync(_repository, options.BackupId.Value);
        return backup;
    }
}
