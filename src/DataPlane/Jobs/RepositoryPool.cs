using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Repositories;

namespace BackupEngine.DataPlane.Jobs;

/// <summary>
/// Open repositories, one for each directory, shared by the jobs that use it at the same time and closed after the
/// last of them. Safe to use from many threads.
/// </summary>
internal sealed class RepositoryPool(ILogger<RepositoryPool> logger, ServeOptions? options = null)
{
    private static readonly TimeSpan CreationPatience = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, RepositoryUse> _open = new(StringComparer.Ordinal);

    /// <summary>Opens the repository of a directory, or shares it; give it back by disposing the lease.</summary>
    /// <param name="directory">Absolute path.</param>
    /// <param name="initialize">Create it with defaults where the directory is missing or empty.</param>
    /// <exception cref="RepositoryException">It cannot be opened or created.</exception>
    public RepositoryLease Lease(string directory, bool initialize)
    {
        var use = Join(directory);
        try
        {
            var repository = use.Open(() => OpenOrCreate(directory, initialize));
            return new RepositoryLease(repository, () => Leave(directory, use));
        }
        catch
        {
            Leave(directory, use);
            throw;
        }
    }

    /// <summary>
    /// The same for work that needs no key: where the server has none, an encrypted repository is opened locked, and
    /// shared with nobody.
    /// </summary>
    /// <exception cref="RepositoryException">It cannot be opened.</exception>
    public RepositoryLease LeaseForWhatNeedsNoKey(string directory)
    {
        if (options?.Secret is not null)
        {
            return Lease(directory, initialize: false);
        }

        var repository = Repository.OpenWithoutKey(directory);
        return new RepositoryLease(repository, repository.Dispose);
    }

    private RepositoryUse Join(string directory)
    {
        lock (_gate)
        {
            if (!_open.TryGetValue(directory, out var use))
            {
                _open.Add(directory, use = new RepositoryUse());
            }

            use.Users++;
            return use;
        }
    }

    private void Leave(string directory, RepositoryUse use)
    {
        lock (_gate)
        {
            if (--use.Users > 0)
            {
                return;
            }

            _open.Remove(directory);
        }

        use.Close();
        logger.LogDebug("Closed repository {Directory}", directory);
    }

    private Repository OpenOrCreate(string directory, bool initialize)
    {
        if (!initialize || Exists(directory) || (!IsMissingOrEmpty(directory) && IsCreatedSoon(directory)))
        {
            return Repository.Open(directory, options?.Secret);
        }

        try
        {
            // Also where a creation was interrupted: the chunk store knows its leftovers, and refuses anything else.
            var repository = Repository.Create(directory, new RepositoryOptions { Secret = options?.Secret });
            logger.LogInformation(
                "Created {Kind} repository {RepositoryId} in {Directory}",
                repository.IsEncrypted ? "encrypted" : "unencrypted",
                repository.Id,
                directory);
            return repository;
        }
        catch (RepositoryException) when (IsCreatedSoon(directory))
        {
            // Another process has created it at the same moment.
            return Repository.Open(directory, options?.Secret);
        }
    }

    /// <summary>
    /// The first backups of two hosts may come at the same moment: what one of them is creating has its configuration
    /// last, and cannot be opened before.
    /// </summary>
    private static bool IsCreatedSoon(string directory) =>
        SpinWait.SpinUntil(() => Exists(directory), CreationPatience);

    private static bool Exists(string directory) => File.Exists(Path.Combine(directory, "config"));

    private static bool IsMissingOrEmpty(string directory) =>
        !Directory.Exists(directory) || !Directory.EnumerateFileSystemEntries(directory).Any();
}
