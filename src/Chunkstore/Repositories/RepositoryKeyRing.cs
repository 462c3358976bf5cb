using BackupEngine.Chunkstore.Encryption;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Sessions;

namespace BackupEngine.Chunkstore.Repositories;

/// <summary>The key slots of an encrypted repository, and the epochs of its data key. No data are rewritten.</summary>
public sealed class RepositoryKeyRing
{
    private readonly KeyStore _store;
    private readonly RepositoryKeys _keys;
    private readonly RepositoryConfig _config;

    internal RepositoryKeyRing(KeyStore store, RepositoryKeys keys, RepositoryConfig config)
    {
        _store = store;
        _keys = keys;
        _config = config;
    }

    /// <summary>The epoch of the data key that new packs are encrypted under. Needs the key.</summary>
    /// <exception cref="RepositoryKeyException">The repository is not encrypted, or was opened without its
    /// key.</exception>
    public long CurrentEpoch => _store.CurrentEpoch(Unlocked().Master);

    /// <summary>All slots, the oldest first. Needs no key.</summary>
    /// <exception cref="RepositoryKeyException">The repository is not encrypted.</exception>
    public IReadOnlyList<KeySlotInfo> List()
    {
        RequireEncrypted();
        return
        [
            .. from slot in _store.ListSlots()
               let kind = KeySlot.KindOf(slot)
               where kind is not null
               let cost = kind == KeySlotKind.Passphrase ? KeySlot.CostOf(slot) : null
               let isInUse = slot.SlotId == _keys.Unlocked?.SlotId
               select new KeySlotInfo(slot.SlotId, kind.Value, slot.Label, slot.CreatedAt, cost, isInUse),
        ];
    }

    /// <summary>Adds a slot that another passphrase or key file opens; answers with its name.</summary>
    /// <exception cref="RepositoryKeyException">The repository was opened without its key, or there are too many
    /// slots.</exception>
    public string Add(RepositorySecret secret, KeySlotOptions options)
    {
        var unlocked = Unlocked();
        BackupWriterRules.RequireWriter(_config);
        return _store.Add(unlocked.Master, secret, options);
    }

    /// <summary>
    /// Removes a slot; never the one that the repository was opened by, so that one that works stays.
    /// </summary>
    /// <exception cref="RepositoryKeyException">There is no such slot, or it may not be removed.</exception>
    public void Remove(string slotId)
    {
        var unlocked = Unlocked();
        BackupWriterRules.RequireWriter(_config);
        _store.Remove(slotId, unlocked.SlotId);
    }

    /// <summary>Begins a new epoch of the data key, for the packs of backups that are begun from now on.</summary>
    /// <returns>Its number.</returns>
    /// <exception cref="RepositoryKeyException">The repository was opened without its key.</exception>
    public long Rotate()
    {
        var unlocked = Unlocked();
        BackupWriterRules.RequireWriter(_config);
        return _store.BeginEpoch(unlocked.Master);
    }

    private UnlockedKey Unlocked()
    {
        RequireEncrypted();
        _keys.RequireUnlocked();
        return _keys.Unlocked!;
    }

    private void RequireEncrypted()
    {
        if (!_config.IsEncrypted)
        {
            throw new RepositoryKeyException(
                $"Repository {_config.RepositoryId} is not encrypted, so it has no keys. Nothing was changed. "
                + "Encryption is decided when a repository is created.");
        }
    }
}
