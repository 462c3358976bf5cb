using System.Globalization;
using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Sessions;
using BackupEngine.Chunkstore.Verification.Packs;

namespace BackupEngine.Chunkstore.Verification;

/// <summary>
/// The damaged places that the repository knows of: what all quarantine files say, together. A verification publishes
/// what it knows as one new file before it deletes those that it has read, so nothing is forgotten in between.
/// </summary>
internal sealed class QuarantineCatalog(IRepositoryBackend backend, Guid repositoryId)
{
    private readonly List<ObjectName> _files = [];
    private readonly Dictionary<string, HarmedBackup> _harmed = new(StringComparer.Ordinal);
    private readonly List<(ObjectName Name, RepositoryException Error)> _damaged = [];

    /// <summary>What is known.</summary>
    public KnownDamage Damage { get; } = new();

    /// <summary>The backups that were harmed when it was last looked, by their ids.</summary>
    public IReadOnlyDictionary<string, HarmedBackup> Harmed => _harmed;

    /// <summary>Files that cannot be read.</summary>
    public IReadOnlyList<(ObjectName Name, RepositoryException Error)> Unreadable => _damaged;

    /// <summary>Reads what is there, and goes on where a file cannot be read.</summary>
    public static QuarantineCatalog Load(IRepositoryBackend backend, Guid repositoryId)
    {
        QuarantineCatalog catalog;
        do
        {
            // A file that is gone has a successor, which the listing may not have shown.
            catalog = new QuarantineCatalog(backend, repositoryId);
        }
        while (!backend.List(ObjectKind.Quarantine)
            .Where(info => SortableId.TryParse(info.Name, out _))
            .All(info => catalog.TryLoad(new ObjectName(ObjectKind.Quarantine, info.Name))));

        return catalog;
    }

    /// <summary>What is known, for somebody who is to rely on it.</summary>
    /// <exception cref="CorruptDataException">A file cannot be read.</exception>
    public static KnownDamage Require(IRepositoryBackend backend, Guid repositoryId)
    {
        var catalog = Load(backend, repositoryId);
        return catalog._damaged.Count == 0 ? catalog.Damage : throw catalog._damaged[0].Error;
    }

    /// <summary>Replaces what is there by what is known now.</summary>
    /// <param name="damage">Damaged places.</param>
    /// <param name="harmed">Backups that they harm.</param>
    /// <param name="id">Name for the new file.</param>
    /// <param name="owner">The session.</param>
    public void Replace(KnownDamage damage, IReadOnlyList<HarmedBackup> harmed, UInt128 id, SessionId owner)
    {
        if (!damage.IsEmpty || harmed.Count > 0)
        {
            var name = new ObjectName(ObjectKind.Quarantine, SortableId.Format(id));
            backend.PublishSmall(name, QuarantineFile.Write(Record(damage, harmed)), owner);
        }

        _files.ForEach(file => backend.Delete(file));
        _damaged.ForEach(file => backend.SetAside(file.Name));
    }

    private QuarantineRecord Record(KnownDamage damage, IReadOnlyList<HarmedBackup> harmed) => new()
    {
        Version = FormatVersion.Current,
        MinimumReaderVersion = FormatVersion.MinimumReader,
        RepositoryId = repositoryId,
        Packs =
        [
            .. damage.Packs.OrderBy(pack => pack.Pack.Value)
                .Select(pack => new QuarantinedPack(pack.Pack.ToString(), pack.IsLost, pack.Reason)),
        ],
        Records =
        [
            .. damage.Records.OrderBy(record => record.Pack.Value).ThenBy(record => record.Offset)
                .Select(record => new QuarantinedRecord(
                    record.Pack.ToString(), record.Offset, SortableId.Format(record.Prefix), record.Reason)),
        ],
        Harmed =
        [
            .. harmed.Select(backup => new QuarantinedBackup(
                backup.BackupId,
                backup.VolumeId,
                [.. backup.Ranges.SelectMany(range => new[] { range.OffsetBytes, range.LengthBytes })])),
        ],
    };

    private bool TryLoad(ObjectName name)
    {
        try
        {
            var bytes = backend.ReadAll(name, QuarantineFile.MaximumBytes);
            Add(QuarantineFile.Read(bytes, repositoryId, backend.Describe(name)), backend.Describe(name));
            _files.Add(name);
        }
        catch (ObjectMissingException)
        {
            return false;
        }
        catch (RepositoryException exception) when (exception is CorruptDataException or RepositoryFormatException)
        {
            _damaged.Add((name, exception));
        }

        return true;
    }

    private void Add(QuarantineRecord record, string fileName)
    {
        foreach (var pack in record.Packs)
        {
            Damage.Add(new BadPack(PackOf(pack.Pack, fileName), pack.IsLost, pack.Reason));
        }

        foreach (var place in record.Records)
        {
            // The form of a prefix is that of a pack's name.
            var prefix = PackOf(place.Prefix, fileName).Value;
            Damage.Add(new BadRecord(PackOf(place.Pack, fileName), place.OffsetBytes, prefix, place.Reason));
        }

        foreach (var backup in record.Harmed)
        {
            _harmed[backup.BackupId] = new HarmedBackup
            {
                BackupId = backup.BackupId,
                VolumeId = backup.VolumeId,
                Ranges = [.. backup.Ranges.Chunk(2).Select(pair => new Extent(pair[0], pair[^1]))],
            };
        }
    }

    private static PackId PackOf(string text, string fileName) => PackId.TryParse(text, out var pack)
        ? pack
        : throw new CorruptDataException(
            string.Create(CultureInfo.InvariantCulture, $"{fileName} is damaged: '{text}' is no pack."));
}
