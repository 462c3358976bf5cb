using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Sessions;

namespace BackupEngine.Chunkstore.Encryption;

/// <summary>
/// The files under <c>keys/</c>: a slot and an epoch each have their own, so that adding one changes no other.
/// </summary>
internal sealed class KeyStore(IRepositoryBackend backend, Guid repositoryId, SortableId ids, TimeProvider time)
{
    /// <summary>The first epoch; it has no file.</summary>
    public const uint FirstEpoch = 1;

    /// <summary>Slots of one repository at most: each may cost a try.</summary>
    public const int MaximumSlots = 64;

    private const int MaximumRecordBytes = 64 * 1024;
    private const string EpochPrefix = "epoch-";
    private const string RemovingSuffix = ".removing";

    /// <summary>The slots of this repository that can be read, by name.</summary>
    public IReadOnlyList<KeySlotRecord> ListSlots() =>
    [
        .. backend.List(ObjectKind.Key)
            .Where(info => SortableId.TryParse(info.Name, out _))
            .Select(info => (info.Name, Slot: TryRead(info.Name, StoreJson.Default.KeySlotRecord)))
            .Where(file => file.Slot?.SlotId == file.Name)
            .Select(file => file.Slot!)
            .Where(slot => slot.RepositoryId == repositoryId && slot.MinimumReaderVersion <= FormatVersion.Current)
            .Take(MaximumSlots),
    ];

    /// <summary>Opens the first slot that the secret fits.</summary>
    /// <exception cref="RepositoryKeyException">It fits none.</exception>
    public UnlockedKey Unlock(RepositorySecret secret)
    {
        foreach (var slot in ListSlots())
        {
            if (KeySlot.TryUnwrap(slot, secret) is { } master)
            {
                return new UnlockedKey(master, slot.SlotId);
            }
        }

        throw new RepositoryKeyException(
            $"The {(secret.Kind == KeySlotKind.Passphrase ? "passphrase" : "key file")} opens no key slot of the "
            + $"repository in '{backend.Location}'. Nothing was changed. 'key list' shows the slots that there are.");
    }

    /// <summary>Wraps the master key in a new slot.</summary>
    /// <exception cref="RepositoryKeyException">There are too many slots, or the options are not allowed.</exception>
    public string Add(MasterKey master, RepositorySecret secret, KeySlotOptions options)
    {
        if (ListSlots().Count >= MaximumSlots)
        {
            throw new RepositoryKeyException(
                $"The repository has {MaximumSlots} key slots, the most there may be. Nothing was changed. "
                + "Remove one first.");
        }

        var id = SortableId.Format(ids.Next());
        var slot = KeySlot.Wrap(master, secret, options, repositoryId, id, time.GetUtcNow());
        Publish(id, slot, StoreJson.Default.KeySlotRecord);
        return id;
    }

    /// <summary>
    /// Removes a slot that the repository was not opened by. So one whose secret is known stays; and of two that are
    /// being removed by way of each other at the same time, at least one stays, because each announces itself before it
    /// looks for the other.
    /// </summary>
    /// <exception cref="RepositoryKeyException">There is no such slot, or it may not be removed.</exception>
    public void Remove(string slotId, string openedBy)
    {
        if (slotId == openedBy)
        {
            throw new RepositoryKeyException(
                $"Key slot {slotId} is the one that the repository was opened by; it was not removed, so that a key "
                + "that works stays. Open the repository with another key, or add one first.");
        }

        if (!SortableId.TryParse(slotId, out _) || backend.FindLength(NameOf(slotId)) is null)
        {
            throw new RepositoryKeyException(
                $"There is no key slot '{slotId}'. Nothing was changed. 'key list' shows the slots that there are.");
        }

        Announce(slotId);
        if (backend.FindLength(NameOf(openedBy + RemovingSuffix)) is not null
            || backend.FindLength(NameOf(openedBy)) is null)
        {
            backend.Delete(NameOf(slotId + RemovingSuffix));
            throw new RepositoryKeyException(
                $"Key slot {openedBy}, which the repository was opened by, is being removed. Slot {slotId} was not "
                + "removed. Open the repository with another key.");
        }

        backend.Delete(NameOf(slotId));
        backend.Delete(NameOf(slotId + RemovingSuffix));
    }

    /// <summary>The epoch that new packs are encrypted in: the highest that the master key vouches for.</summary>
    public uint CurrentEpoch(MasterKey master) => backend.List(ObjectKind.Key)
        .Where(info => info.Name.StartsWith(EpochPrefix, StringComparison.Ordinal))
        .Select(info => TryRead(info.Name, StoreJson.Default.KeyEpochRecord))
        .OfType<KeyEpochRecord>()
        .Where(record => record.RepositoryId == repositoryId
            && record.Digest == KeyEpochRecord.DigestOf(master, repositoryId, record.Epoch))
        .Select(record => record.Epoch)
        .Append(FirstEpoch)
        .Max();

    /// <summary>Begins the next epoch.</summary>
    /// <exception cref="RepositoryKeyException">Another process began it at the same moment.</exception>
    public uint BeginEpoch(MasterKey master)
    {
        var epoch = checked(CurrentEpoch(master) + 1);
        var record = new KeyEpochRecord
        {
            Version = FormatVersion.Current,
            RepositoryId = repositoryId,
            Epoch = epoch,
            CreatedAt = time.GetUtcNow(),
            Digest = KeyEpochRecord.DigestOf(master, repositoryId, epoch),
        };
        try
        {
            Publish(EpochName(epoch), record, StoreJson.Default.KeyEpochRecord);
            return epoch;
        }
        catch (ObjectExistsException exception)
        {
            throw new RepositoryKeyException(
                $"{backend.Describe(NameOf(EpochName(epoch)))} is there already and is not to be read, or was written "
                + "at this moment by another process. Nothing was changed. Try again; if it stays, remove that file.",
                exception);
        }
    }

    private static string EpochName(uint epoch) =>
        EpochPrefix + epoch.ToString("d10", CultureInfo.InvariantCulture);

    private static ObjectName NameOf(string name) => new(ObjectKind.Key, name);

    /// <summary>One that was announced before, by a process that died, is carried on.</summary>
    private void Announce(string slotId)
    {
        try
        {
            backend.PublishSmall(NameOf(slotId + RemovingSuffix), [], new SessionId(ids.Next()));
        }
        catch (ObjectExistsException)
        {
            // Whoever announced it wanted the same.
        }
    }

    private void Publish<T>(string name, T record, JsonTypeInfo<T> type) =>
        backend.PublishSmall(
            NameOf(name), JsonSerializer.SerializeToUtf8Bytes(record, type), new SessionId(ids.Next()));

    /// <summary>Null for a file that was removed meanwhile, or is damaged: the others still serve.</summary>
    private T? TryRead<T>(string name, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(backend.ReadAll(NameOf(name), MaximumRecordBytes), type);
        }
        catch (Exception exception) when (exception is JsonException or CorruptDataException or ObjectMissingException)
        {
            return null;
        }
    }
}
