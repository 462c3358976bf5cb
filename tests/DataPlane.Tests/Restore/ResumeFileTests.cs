using BackupEngine.DataPlane.Errors;
using BackupEngine.DataPlane.Restore;
using BackupEngine.DataPlane.Tests.Backup;
using BackupEngine.DataPlane.Tests.Devices;

namespace BackupEngine.DataPlane.Tests.Restore;

public sealed class ResumeFileTests : IDisposable
{
    private static readonly ResumeState Restore = new("", Guid.NewGuid(), "b", "root", 100, "/dev/x", 0);

    private readonly TemporaryFolder _folder = new();

    private string FilePath => _folder.File("resume");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_was_begun_is_there_after_it_is_opened_again()
    {
        var file = ResumeFile.Open(FilePath, Restore);
        Assert.Equal(0, file.BegunBytes);
        file.Advance(40);
        file.Advance(30);
        Assert.Equal(40, ResumeFile.Open(FilePath, Restore).BegunBytes);
        file.Delete();
        Assert.Equal(0, ResumeFile.Open(FilePath, Restore).BegunBytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("important notes")]
    [InlineData("{\"format\": \"another\", \"begun_bytes\": 5}")]
    public void A_file_that_is_something_else_is_refused_and_kept(string content)
    {
        File.WriteAllText(FilePath, content);
        Assert.Throws<UsageException>(() => ResumeFile.Open(FilePath, Restore));
        Assert.Equal(content, File.ReadAllText(FilePath));
    }

    [Fact]
    public void The_file_of_another_restore_is_refused()
    {
        ResumeFile.Open(FilePath, Restore).Advance(40);
        foreach (var other in new[]
        {
            Restore with { BackupId = "c" }, Restore with { RootId = "other" }, Restore with { VolumeBytes = 101 },
            Restore with { Target = "/dev/y" }, Restore with { RepositoryId = Guid.NewGuid() },
        })
        {
            var error = Assert.Throws<UsageException>(() => ResumeFile.Open(FilePath, other));
            Assert.Contains("is of a restore of backup b to /dev/x", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void One_that_cannot_be_written_is_refused_before_anything_is_changed() =>
        Assert.Throws<UsageException>(() => ResumeFile.Open(_folder.File("no/such/folder"), Restore));

    [Fact]
    public async Task What_a_resumed_restore_finds_right_is_not_written_again()
    {
        using var harness = new PipelineHarness();
        var content = new byte[300 * PipelineHarness.SmallChunk];
        new Random(3).NextBytes(content);
        var backup = await harness.BackupAsync(content);
        var held = new byte[content.Length];
        using var failing = new WatchedDevice(held) { FailFrom = 10 };
        await Assert.ThrowsAsync<TargetIncompleteException>(
            () => PipelineHarness.RestoreAsync(harness.RestoreRequest(backup, failing) with { ResumeFile = FilePath }));
        Assert.InRange(failing.Written, 1, content.Length - 1);

        var target = new WatchedDevice(held);
        var result = await PipelineHarness.RestoreAsync(
            harness.RestoreRequest(backup, target) with { ResumeFile = FilePath });
        Assert.Equal(content, held);
        Assert.Equal(failing.Written, result.BytesSame);
        Assert.Equal(content.Length, failing.Written + target.Written);
    }
}
