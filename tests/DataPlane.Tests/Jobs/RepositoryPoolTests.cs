using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.DataPlane.Jobs;
using BackupEngine.DataPlane.Tests.Devices;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupEngine.DataPlane.Tests.Jobs;

public sealed class RepositoryPoolTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly RepositoryPool _pool = new(NullLogger<RepositoryPool>.Instance);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Jobs_at_the_same_time_share_one_repository_and_the_next_one_opens_it_again()
    {
        var directory = _folder.File("repository");
        var first = _pool.Lease(directory, initialize: true);
        var second = _pool.Lease(directory, initialize: false);
        Assert.Same(first.Repository, second.Repository);
        first.Dispose();
        first.Dispose();
        using (var third = _pool.Lease(directory, initialize: false))
        {
            Assert.Same(second.Repository, third.Repository);
        }

        second.Dispose();
        using var later = _pool.Lease(directory, initialize: false);
        Assert.NotSame(second.Repository, later.Repository);
        Assert.Equal(0, later.Repository.GetStatistics().Backups);
    }

    [Fact]
    public void Many_at_once_initialize_one_repository()
    {
        var directory = _folder.File("repository");
        var leases = new RepositoryLease[16];
        Parallel.For(0, leases.Length, i => leases[i] = _pool.Lease(directory, initialize: true));
        Assert.Single(leases.Select(lease => lease.Repository.Id).Distinct());
        Assert.Single(leases.Select(lease => lease.Repository).Distinct());
        Array.ForEach(leases, lease => lease.Dispose());
    }

    [Fact]
    public async Task What_another_host_is_creating_is_opened_when_it_is_there()
    {
        var directory = Directory.CreateDirectory(_folder.File("repository")).FullName;
        var whole = _folder.File("whole");
        Repository.Create(whole, new RepositoryOptions()).Dispose();
        Directory.CreateDirectory(Path.Combine(directory, "tmp"));
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        var opening = Task.Run(
            () =>
            {
                begun.SetResult();
                return _pool.Lease(directory, initialize: true);
            },
            TestContext.Current.CancellationToken);
        await begun.Task;
        Directory.Delete(Path.Combine(whole, "tmp"), recursive: true);
        foreach (var made in Directory.GetDirectories(whole))
        {
            Directory.Move(made, Path.Combine(directory, Path.GetFileName(made)));
        }

        File.Move(Path.Combine(whole, "config"), Path.Combine(directory, "config"));

        (await opening).Dispose();
    }

    [Fact]
    public void A_creation_that_was_interrupted_is_made_anew()
    {
        var directory = _folder.File("repository");
        Directory.CreateDirectory(Path.Combine(directory, "packs"));
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(directory, "tmp")).FullName, "half"), "");

        _pool.Lease(directory, initialize: true).Dispose();

        Repository.Open(directory).Dispose();
    }

    [Fact]
    public void An_empty_directory_is_initialized_and_one_with_something_in_it_is_left_alone()
    {
        var empty = Directory.CreateDirectory(_folder.File("empty")).FullName;
        _pool.Lease(empty, initialize: true).Dispose();
        Repository.Open(empty).Dispose();

        var foreign = Directory.CreateDirectory(_folder.File("foreign")).FullName;
        File.WriteAllText(foreign + "/file", "precious");
        Assert.ThrowsAny<RepositoryException>(() => _pool.Lease(foreign, initialize: true));
        Assert.Equal([foreign + "/file"], Directory.EnumerateFileSystemEntries(foreign));
    }

    [Fact]
    public void A_repository_that_could_not_be_opened_is_tried_again()
    {
        var directory = _folder.File("repository");
        Assert.ThrowsAny<RepositoryException>(() => _pool.Lease(directory, initialize: false));
        Repository.Create(directory, new RepositoryOptions()).Dispose();
        _pool.Lease(directory, initialize: false).Dispose();
    }
}
