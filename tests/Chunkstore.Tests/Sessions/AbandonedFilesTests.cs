using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Collection;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Sessions;
using BackupEngine.Chunkstore.Tests.Repositories;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Sessions;

/// <summary>Temporary files of sessions that were never registered, or whose record a crash has taken.</summary>
public sealed class AbandonedFilesTests : IDisposable
{
    private const int ChunkSize = 4096;

    private readonly TemporaryDirectory _directory = TemporaryDirectory.InMemory();
    private readonly SetTime _time = new();
    private readonly SortableId _ids;
    private readonly string _path;
    private readonly Repository _repository;

    public AbandonedFilesTests()
    {
        _ids = new SortableId(_time);
        _path = _directory.Sub("repository");
        _repository = Repository.Create(
            new LocalDirectoryBackend(_path), new RepositoryOptions { ChunkSizeBytes = ChunkSize }, _time);
    }

    public void Dispose()
    {
        _repository.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Files_of_a_session_that_was_killed_before_it_registered_go_a_day_later()
    {
        var ticket = Leave("commit");
        var pack = Leave("019b0000000000000000000000000001");
        await CollectAfterAsync(TimeSpan.FromDays(1));
        Assert.True(File.Exists(ticket), "a file of just one day is gone");
        var younger = Leave("commit");
        await CollectAfterAsync(TimeSpan.FromMilliseconds(1));
        Assert.False(File.Exists(ticket), "a file of more than a day is there");
        Assert.False(File.Exists(pack), "another file of that session is there");
        Assert.True(File.Exists(younger), "a younger file is gone");
        await CollectAfterAsync(TimeSpan.FromDays(1));
        Assert.False(File.Exists(younger));
    }

    [Fact]
    public async Task Files_of_a_registered_session_stay_however_old_they_are()
    {
        var volume = TestVolume.Mixed(ChunkSize, chunks: 8, seed: 1);
        await using (var writer = _repository.BeginBackup(volume.Options("b")))
        {
            await CollectAfterAsync(TimeSpan.FromDays(400));
            Assert.Contains(Temporary(), file => file.Contains($"{writer.SessionId}", StringComparison.Ordinal));
            await volume.BackUpAsync(_repository, writer);
        }

        await volume.AssertRestoresAsync(_repository, "b");
        Assert.Empty(Temporary());
    }

    [Fact]
    public async Task What_is_of_no_session_is_left_alone()
    {
        var note = Path.Combine(_path, "tmp", "note.txt");
        await File.WriteAllTextAsync(note, "not ours", TestContext.Current.CancellationToken);
        await CollectAfterAsync(TimeSpan.FromDays(400));
        Assert.True(File.Exists(note));
    }

    /// <summary>A file as a process leaves it that is killed after its first step.</summary>
    private string Leave(string what)
    {
        var session = new SessionId(_ids.Next());
        var path = Path.Combine(_path, "tmp", $"{session}-{what}");
        File.WriteAllBytes(path, [1]);
        return path;
    }

    private string[] Temporary() => Directory.GetFiles(Path.Combine(_path, "tmp"));

    private Task<CollectReport> CollectAfterAsync(TimeSpan time)
    {
        _time.Now += time;
        return _repository.CollectAsync(
            new CollectOptions(), progress: null, TestContext.Current.CancellationToken);
    }

    /// <summary>A clock that is set; waits are real ones.</summary>
    private sealed class SetTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
