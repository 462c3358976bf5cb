using System.Collections.Concurrent;
using System.Collections.Frozen;
using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Index;
using BackupEngine.Chunkstore.Packs;

namespace BackupEngine.Chunkstore.Sessions;

/// <summary>
/// Which packs a session relies on, and which it may not rely on. Lanes ask between entering and leaving the session's
/// gate; what is condemned changes only while the gate is closed, so that a hit is either seen here or was made with
/// the new exclusions.
/// </summary>
/// <param name="backend">Where the packs are.</param>
/// <param name="damaged">What is never relied on.</param>
internal sealed class ReliedPacks(IRepositoryBackend backend, IndexExclusions damaged)
{
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<PackId, bool> _isThere = new();
    private readonly ConcurrentDictionary<PackId, bool> _own = new();
    private FrozenSet<PackId> _avoided = [];
    private volatile FrozenSet<PackId> _condemned = [];

    /// <summary>A pack that the session itself is about to write.</summary>
    public void AddOwn(PackId pack) => _own[pack] = true;

    /// <summary>Packs that no lane may begin to rely on. Only while no lane is inside.</summary>
    public void Condemn(IEnumerable<PackId> packs) => _condemned = packs.Concat(_avoided).ToFrozenSet();

    /// <summary>
    /// Packs that no lane may begin to rely on, whatever is condemned meanwhile. Only while no lane is inside.
    /// </summary>
    public void Avoid(IEnumerable<PackId> packs)
    {
        _avoided = packs.ToFrozenSet();
        _condemned = [.. _condemned.Concat(_avoided)];
    }

    /// <summary>Those of some packs that the session relies on, its own among them.</summary>
    public IReadOnlyList<PackId> Among(IEnumerable<PackId> packs) =>
        [.. packs.Where(pack => _own.ContainsKey(pack) || _isThere.GetValueOrDefault(pack))];

    /// <summary>
    /// Whether the index knows a place of the chunk that this session may rely on; from then on it does.
    /// </summary>
    public bool TryRely(IndexView view, UInt128 prefix)
    {
        var cursor = default(IndexCursor);
        while (view.TryFindNext(prefix, ref cursor, out var location))
        {
            if (!damaged.Excludes(location) && IsFreeToUse(location))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Packs of its own are safe by its vetoes, whether they are condemned or not.</summary>
    private bool IsFreeToUse(in ChunkLocation location) =>
        (!_condemned.Contains(location.Pack) && IsThere(location)) || _own.ContainsKey(location.Pack);

    /// <summary>
    /// The first time, the pack is looked for: a segment that was published late may name one that is gone. Other lanes
    /// wait for the answer.
    /// </summary>
    private bool IsThere(in ChunkLocation location)
    {
        if (_isThere.TryGetValue(location.Pack, out var isThere))
        {
            return isThere;
        }

        lock (_lock)
        {
            if (!_isThere.TryGetValue(location.Pack, out isThere))
            {
                var length = backend.FindLength(new ObjectName(ObjectKind.Pack, location.Pack.ToString()));
                isThere = length >= location.End;
                _isThere[location.Pack] = isThere;
            }

            return isThere;
        }
    }
}
