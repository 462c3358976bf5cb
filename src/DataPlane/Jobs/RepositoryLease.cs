using BackupEngine.Chunkstore.Repositories;

namespace BackupEngine.DataPlane.Jobs;

/// <summary>The right to use a shared repository until it is disposed.</summary>
internal sealed class RepositoryLease(Repository repository, Action giveBack) : IDisposable
{
    private Action? _giveBack = giveBack;

    /// <summary>The repository.</summary>
    public Repository Repository => repository;

    /// <summary>Gives it back.</summary>
    public void Dispose() => Interlocked.Exchange(ref _giveBack, null)?.Invoke();
}
