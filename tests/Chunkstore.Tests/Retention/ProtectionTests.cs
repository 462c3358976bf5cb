using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Retention;
using BackupEngine.Chunkstore.Tests.Backends;
using BackupEngine.Chunkstore.Tests.Repositories;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Retention;

/// <summary>Protected backups, and deletions that are interrupted.</summary>
public sealed class ProtectionTests : IDisposable
{
    private const int ChunkSize = 4096;
    private static readonly BackupId First = BackupId.Parse("first");

    private readonly TemporaryDirectory _directory = TemporaryDirectory.InMemory();
    private readonly TestVolume _volume = TestVolume.Mixed(ChunkSize, 20, seed: 1);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_protected_backup_is_deleted_only_after_its_protection_is_taken_away()
    {
        using var repository = await WithBackupAsync("repository");
        repository.ProtectBackup(First);
        repository.ProtectBackup(First);
        var error = Assert.Throws<BackupProtectedException>(() => repository.DeleteBackup(First));
        Assert.Contains("unprotect", error.Message, StringComparison.Ordinal);
        await _volume.AssertRestoresAsync(repository, "first");
        Assert.Equal(HoldState.Protected, repository.ListHolds()[First]);
        for (var round = 0; round < 3; round++)
        {
            repository.UnprotectBackup(First);
            repository.UnprotectBackup(First);
            Assert.Equal(HoldState.Free, repository.GetHold(First));
            repository.ProtectBackup(First);
        }

        repository.UnprotectBackup(First);
        repository.DeleteBackup(First);
        Assert.Empty(repository.ListManifests());
        Assert.Empty(Holds("repository"));
    }

    [Fact]
    public async Task What_is_not_there_is_neither_protected_nor_unprotected()
    {
        using var repository = await WithBackupAsync("repository");
        var none = BackupId.Parse("none");
        Assert.Throws<BackupNotFoundException>(() => repository.ProtectBackup(none));
        Assert.Throws<BackupNotFoundException>(() => repository.UnprotectBackup(none));
        Assert.Throws<BackupNotFoundException>(() => repository.DeleteBackup(none));
        Assert.Empty(Holds("repository"));
    }

    [Fact]
    public async Task The_hold_of_one_backup_is_not_taken_for_that_of_another()
    {
        using var repository = await WithBackupAsync("repository");
        await _volume.BackUpAsync(repository, "first.0");
        await _volume.BackUpAsync(repository, "first-0");
        repository.ProtectBackup(First);
        repository.DeleteBackup(BackupId.Parse("first.0"));
        repository.DeleteBackup(BackupId.Parse("first-0"));
        Assert.Throws<BackupProtectedException>(() => repository.DeleteBackup(First));
    }

    [Fact]
    public async Task A_deletion_that_died_after_its_work_does_not_go_on_with_another_backup_of_the_same_id()
    {
        using var repository = await WithBackupAsync("repository");
        File.WriteAllText(_directory.Sub("repository/holds/second@0"), "deleting");
        await _volume.BackUpAsync(repository, "second");
        Assert.Equal(HoldState.Free, repository.GetHold(BackupId.Parse("second")));
    }

    [Theory]
    [InlineData("other")]
    [InlineData("protectedd")]
    public async Task A_damaged_hold_keeps_the_backup(string content)
    {
        using var repository = await WithBackupAsync("repository");
        Directory.CreateDirectory(_directory.Sub("repository/holds"));
        File.WriteAllText(_directory.Sub("repository/holds/first@0"), content);
        Assert.Throws<CorruptDataException>(() => repository.DeleteBackup(First));
        await _volume.AssertRestoresAsync(repository, "first");
    }

    [Fact]
    public async Task A_deletion_that_failed_at_any_call_is_finished_by_repeating_it()
    {
        foreach (var mode in Enum.GetValues<FaultMode>())
        {
            foreach (var errno in (int[])[Errno.InputOutput, Errno.NoSpace])
            {
                for (var call = 1; await FailsAtAsync(call, mode, errno); call++)
                {
                    Assert.True(call < 50, "no end");
                }
            }
        }
    }

    /// <summary>False where the deletion had no such call.</summary>
    private async Task<bool> FailsAtAsync(int call, FaultMode mode, int errno)
    {
        var name = $"{mode}-{errno}-{call}";
        (await WithBackupAsync(name)).Dispose();
        var files = new FaultyFileSystem(new LinuxFileSystem())
        {
            FailingCall = call,
            FailsForGood = true,
            Errno = errno,
            Mode = mode,
        };
        var failed = false;
        var backend = new LocalDirectoryBackend(_directory.Sub(name), files);
        using (var faulty = Repository.Open(backend, TimeProvider.System))
        {
            try
            {
                faulty.DeleteBackup(First);
            }
            catch (RepositoryException)
            {
                failed = true;
            }
        }

        using var repository = Repository.Open(_directory.Sub(name));
        if (repository.ListManifests().Count > 0)
        {
            await _volume.AssertRestoresAsync(repository, "first");
            repository.DeleteBackup(First);
        }
        else if (Holds(name).Length > 0)
        {
            repository.DeleteBackup(First);
        }

        Assert.Empty(repository.ListManifests());
        Assert.Empty(Holds(name));
        await _volume.BackUpAsync(repository, "first");
        repository.ProtectBackup(First);
        Assert.Throws<BackupProtectedException>(() => repository.DeleteBackup(First));
        return failed;
    }

    private string[] Holds(string repository) => Directory.GetFiles(_directory.Sub($"{repository}/holds"));

    private async Task<Repository> WithBackupAsync(string name)
    {
        var repository = Repository.Create(
            _directory.Sub(name), new RepositoryOptions { ChunkSizeBytes = ChunkSize });
        await _volume.BackUpAsync(repository, "first");
        return repository;
    }
}
