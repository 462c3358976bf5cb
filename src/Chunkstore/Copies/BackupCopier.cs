using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Sessions;

namespace BackupEngine.Chunkstore.Copies;

/// <summary>
/// Copies backups from one repository to another and sends only what the other lacks. A copy has the id, volume, time,
/// parent and base token of the original; its statistics say what the copy stored. An interrupted copy is run again.
/// </summary>
public sealed class BackupCopier
{
    private readonly Repository _source;
    private readonly Repository _destination;

    /// <summary>Prepares copies from one repository to another; nothing is read yet.</summary>
    /// <exception cref="RepositoryException">They are the same, or of different chunk sizes.</exception>
    public BackupCopier(Repository source, Repository destination)
    {
        if (source.Id == destination.Id)
        {
            throw new RepositoryException(
                $"Source and destination are the same repository, {source.Id}. Nothing was copied.");
        }

        if (source.ChunkSizeBytes != destination.ChunkSizeBytes)
        {
            throw new RepositoryException(
                $"The source has chunks of {source.ChunkSizeBytes} bytes, the destination of "
                + $"{destination.ChunkSizeBytes}: every chunk would have to be cut anew. Nothing was copied. Create a "
                + "destination of the same chunk size, or restore the backup and back it up there.");
        }

        _source = source;
        _destination = destination;
    }

    /// <summary>Threads that copy leaves at the same time; each holds at most 1 MiB, or one chunk.</summary>
    public int Lanes { get; init; } = Math.Min(Environment.ProcessorCount, 32);

    /// <summary>New bytes after which what was sent is durable, so that a copy that is run again finds it.</summary>
    internal long CheckpointBytes { get; init; } = 256L << 20;

    /// <summary>Copies one backup.</summary>
    /// <exception cref="BackupExistsException">The destination has another backup of that id.</exception>
    /// <exception cref="CorruptDataException">The source is damaged; nothing was published.</exception>
    public async Task<CopyResult> CopyAsync(Manifest backup, CancellationToken cancellationToken)
    {
        var there = _destination.ListManifests().FirstOrDefault(manifest => manifest.BackupId == backup.BackupId);
        return there is null
            ? await CopyNewAsync(backup, cancellationToken)
            : await CompareAsync(backup, there, cancellationToken);
    }

    /// <summary>Whether the same content has the same id in both.</summary>
    internal static bool ShareIds(Repository left, Repository right) =>
        left.IdKey.Length > 0 && left.IdKey == right.IdKey;

    /// <summary>Whether all that a copy keeps is the same; content is not looked at.</summary>
    internal static bool IsCopy(Manifest original, Manifest copy) =>
        original.BackupId == copy.BackupId
        && original.VolumeId == copy.VolumeId
        && original.CreatedAt == copy.CreatedAt
        && original.ParentId == copy.ParentId
        && original.Root.Shape == copy.Root.Shape;

    private async Task<CopyResult> CopyNewAsync(Manifest backup, CancellationToken cancellationToken)
    {
        var copyBase = CopyBase.Find(_source, _destination, backup);
        var counters = new CopyCounters();
        using var reading = BeginRead(backup, ref copyBase);
        await using var writer = _destination.BeginBackup(Options(backup, copyBase));
        var tree = _source.OpenTree(backup);
        var leaves = new LeafCopier(
            _source.Chunks,
            _destination.ChunkHasher,
            ShareIds(_source, _destination),
            tree,
            copyBase?.Known,
            writer,
            counters);
        await Parallel.ForEachAsync(
            CopyLeaves.ListAsync(tree, copyBase?.Known, cancellationToken),
            new ParallelOptions { MaxDegreeOfParallelism = Lanes, CancellationToken = cancellationToken },
            leaves.CopyAsync);
        var read = backup.Statistics;
        var copy = await writer.CommitAsync(
            new SourceCounters(read.BytesRead, read.ZeroBytes, read.BytesUnchanged)
            {
                RereadPositionBytes = backup.RereadPositionBytes,
            },
            cancellationToken);
        return new CopyResult
        {
            BackupId = backup.BackupId,
            BaseId = copyBase?.Backup.BackupId,
            ChunksExamined = counters.ChunksExamined,
            ChunksRead = counters.ChunksRead,
            BytesRead = counters.BytesRead,
            ChunksSent = copy.Statistics.ChunksNew,
            BytesSent = copy.Statistics.BytesNew,
            BytesStored = copy.Statistics.BytesStored,
            MetadataBytes = copy.Statistics.MetadataBytes,
        };
    }

    /// <summary>Keeps what is read of the source, the original of the base as well.</summary>
    private ReadSession BeginRead(Manifest backup, ref CopyBase? copyBase)
    {
        if (copyBase?.Original is { } original)
        {
            try
            {
                return _source.BeginRead(backup, original);
            }
            catch (BackupNotFoundException)
            {
                // One of them was deleted meanwhile. Without a base more is read, and the same is copied.
                copyBase = null;
            }
        }

        return _source.BeginRead(backup);
    }

    private BackupWriterOptions Options(Manifest backup, CopyBase? copyBase) => new()
    {
        BackupId = backup.BackupId,
        VolumeId = backup.VolumeId,
        VolumeBytes = backup.Root.Shape.VolumeBytes,
        Parent = copyBase?.Backup,
        BaseToken = backup.BaseToken,
        CheckpointBytes = CheckpointBytes,
        CopyOf = backup,
    };

    private async Task<CopyResult> CompareAsync(Manifest backup, Manifest there, CancellationToken cancellationToken)
    {
        var sharesIds = ShareIds(_source, _destination);
        if (!IsCopy(backup, there) || (sharesIds && await DifferAsync(backup, there, cancellationToken)))
        {
            throw new BackupExistsException(
                $"The destination has a backup '{backup.BackupId}' that is another one; neither was touched. "
                + "Copy to another repository.");
        }

        return new CopyResult { BackupId = backup.BackupId, WasThere = true, ContentCompared = sharesIds };
    }

    private async Task<bool> DifferAsync(Manifest backup, Manifest there, CancellationToken cancellationToken)
    {
        using var reading = _source.BeginRead(backup);
        using var readingThere = _destination.BeginRead(there);
        var differences = ManifestTreeReader.DifferAsync(
            _source.OpenTree(backup), _destination.OpenTree(there), cancellationToken);
        await foreach (var _ in differences)
        {
            return true;
        }

        return false;
    }
}
