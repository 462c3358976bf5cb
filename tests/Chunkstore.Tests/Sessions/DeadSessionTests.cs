using System.Diagnostics;
using System.Text.Json;
using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Sessions;
using BackupEngine.Chunkstore.Tests.Repositories;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Sessions;

/// <summary>A session goes with its process only where the death of that process is certain.</summary>
public sealed class DeadSessionTests : IDisposable
{
    private static readonly SessionId Stale = new(42);

    private readonly TemporaryDirectory _directory = TemporaryDirectory.InMemory();
    private readonly List<Process> _processes = [];

    private string Path => _directory.Sub("repository");

    public void Dispose()
    {
        foreach (var process in _processes)
        {
            process.Kill();
            process.Dispose();
        }

        _directory.Dispose();
    }

    [Fact]
    public async Task A_killed_process_is_cleaned_up_after_by_the_next_writer()
    {
        Leave(await IdentityOfAsync(killed: true));
        await AssertAfterNextBackupAsync(isLeft: false);
    }

    [Fact]
    public async Task A_process_before_the_last_boot_is_cleaned_up_after()
    {
        Leave(await IdentityOfAsync(killed: false) with { BootId = "another boot" });
        await AssertAfterNextBackupAsync(isLeft: false);
    }

    [Fact]
    public async Task A_process_id_that_was_used_again_is_another_process()
    {
        var identity = await IdentityOfAsync(killed: false);
        Leave(identity with { StartTicks = identity.StartTicks - 1 });
        await AssertAfterNextBackupAsync(isLeft: false);
    }

    [Fact]
    public async Task A_process_that_lives_is_left_alone()
    {
        Leave(await IdentityOfAsync(killed: false));
        await AssertAfterNextBackupAsync(isLeft: true);
    }

    [Fact]
    public async Task A_process_of_another_host_is_left_alone()
    {
        Leave(await IdentityOfAsync(killed: true) with { Host = "another host" });
        await AssertAfterNextBackupAsync(isLeft: true);
    }

    [Fact]
    public async Task A_process_of_another_container_is_left_alone()
    {
        Leave(await IdentityOfAsync(killed: true) with { PidNamespace = "pid:[1]" });
        await AssertAfterNextBackupAsync(isLeft: true);
    }

    [Fact]
    public async Task A_session_that_cannot_be_read_is_left_alone_and_listed()
    {
        Leave(await IdentityOfAsync(killed: true));
        var file = Path + "/sessions/" + Stale;
        await File.WriteAllTextAsync(file, "{", TestContext.Current.CancellationToken);
        using var repository = Repository.Open(Path);
        Assert.Equal("unreadable session record", Assert.Single(repository.ListSessions()).Owner);
        await AssertAfterNextBackupAsync(isLeft: true);
    }

    [Fact]
    public async Task A_writer_whose_session_was_ended_by_another_cannot_publish()
    {
        using var repository = Repository.Create(Path, new RepositoryOptions { ChunkSizeBytes = 4096 });
        var volume = TestVolume.Mixed(4096, 10, seed: 1);
        await using var writer = repository.BeginBackup(volume.Options("fenced"));
        File.Delete(Path + "/sessions/" + writer.SessionId);
        var error = await Assert.ThrowsAsync<Chunkstore.Errors.RepositoryException>(
            () => volume.BackUpAsync(repository, writer));
        Assert.Contains("ended by another process", error.Message, StringComparison.Ordinal);
        Assert.Empty(repository.ListManifests());
    }

    /// <summary>Leaves behind what a killed backup leaves: its session and a temporary file.</summary>
    private void Leave(ProcessIdentity identity)
    {
        Repository.Create(Path, new RepositoryOptions { ChunkSizeBytes = 4096 }).Dispose();
        var record = new SessionRecord
        {
            FormatVersion = 1,
            SessionId = Stale.ToString(),
            Kind = "backup",
            Pins = [],
            Subject = "killed",
            StartedAt = DateTimeOffset.UnixEpoch,
            Process = identity,
        };
        using var backend = new LocalDirectoryBackend(Path);
        var name = new ObjectName(ObjectKind.Session, Stale.ToString());
        backend.PublishSmall(name, SessionRecordFile.Write(record), Stale);
        File.WriteAllText($"{Path}/tmp/{Stale}-00000009", "half a pack");
    }

    private async Task AssertAfterNextBackupAsync(bool isLeft)
    {
        using var repository = Repository.Open(Path);
        await TestVolume.Mixed(4096, 10, seed: 1).BackUpAsync(repository, "next");
        Assert.Equal(isLeft, repository.ListSessions().Any(session => session.Id == Stale));
        Assert.Equal(isLeft, File.Exists($"{Path}/tmp/{Stale}-00000009"));
    }

    /// <summary>The identity of a real process that was killed, or lives until the end of the test.</summary>
    private async Task<ProcessIdentity> IdentityOfAsync(bool killed)
    {
        var process = Process.Start("sleep", "1000");
        var pid = process.Id;
        var stat = await File.ReadAllTextAsync($"/proc/{pid}/stat", TestContext.Current.CancellationToken);
        var ticks = long.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19]);
        if (killed)
        {
            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            process.Dispose();
        }
        else
        {
            _processes.Add(process);
        }

        return ProcessIdentity.Current with { Pid = pid, StartTicks = ticks };
    }
}
