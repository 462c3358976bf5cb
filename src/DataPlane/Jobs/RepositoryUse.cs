using BackupEngine.Chunkstore.Repositories;

namespace BackupEngine.DataPlane.Jobs;

/// <summary>One directory's repository and how many use it.</summary>
internal sealed class RepositoryUse
{
    private readonly Lock _gate = new();
    private Repository? _repository;

    /// <summary>Jobs that use it or wait for it; belongs to <see cref="RepositoryPool"/>.</summary>
    public int Users { get; set; }

    /// <summary>The repository, opened by the first who asks; after an error the next one tries again.</summary>
    public Repository Open(Func<Repository> open)
    {
        lock (_gate)
        {
            return _repository ??= open();
        }
    }

    /// <summary>Closes it, when nobody uses it any more.</summary>
    public void Close() => _repository?.Dispose();
}
