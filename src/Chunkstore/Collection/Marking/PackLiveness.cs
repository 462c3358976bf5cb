using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Index;
using BackupEngine.Chunkstore.Packs;

namespace BackupEngine.Chunkstore.Collection.Marking;

/// <summary>What a mark found, pack by pack.</summary>
internal sealed class PackLiveness
{
    private readonly Dictionary<PackId, PackUse> _packs = [];
    private readonly Dictionary<PackId, long> _orphans = [];

    /// <param name="view">The index: what names packs.</param>
    /// <param name="existing">The packs that are there, with their lengths in bytes.</param>
    public PackLiveness(IndexView view, IReadOnlyDictionary<PackId, long> existing)
    {
        foreach (var line in view.Segments.SelectMany(Lines))
        {
            if (existing.TryGetValue(line.PackId, out var length))
            {
                _packs.TryAdd(line.PackId, new PackUse { Type = line.Type, LengthBytes = length });
            }
        }

        foreach (var (pack, length) in existing.Where(pack => !_packs.ContainsKey(pack.Key)))
        {
            _orphans.Add(pack, length);
        }
    }

    /// <summary>The packs that are there and in the index.</summary>
    public IReadOnlyDictionary<PackId, PackUse> Packs => _packs;

    /// <summary>Packs that are there and that no segment names, with their lengths in bytes.</summary>
    public IReadOnlyDictionary<PackId, long> Orphans => _orphans;

    /// <summary>Counts a record that some root needs, once.</summary>
    public void AddLive(in ChunkLocation location)
    {
        var pack = _packs[location.Pack];
        pack.LiveBytes += location.RecordLength;
        pack.LiveRecords++;
    }

    private static IEnumerable<IndexPack> Lines(IndexSegment segment) =>
        Enumerable.Range(0, segment.PackCount).Select(segment.PackAt);
}
