using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Packs;

namespace BackupEngine.Chunkstore.Verification.Trees;

/// <summary>Which backups cannot be restored whole, and what of each.</summary>
/// <param name="judge">Where chunks are.</param>
/// <param name="lanes">Subtrees walked at the same time.</param>
/// <param name="isThere">Whether a backup was not deleted meanwhile.</param>
internal sealed class HarmWalk(PlaceJudge judge, int lanes, Func<Manifest, bool> isThere)
{
    private readonly TreeWalk _walk = new(judge, lanes);
    private readonly List<HarmedBackup> _harmed = [];
    private readonly Dictionary<ChunkId, string> _faults = [];

    /// <summary>Backups walked, as a number.</summary>
    public int Count { get; private set; }

    /// <summary>The backups that are harmed.</summary>
    public IReadOnlyList<HarmedBackup> Harmed => _harmed;

    /// <summary>Whether any is.</summary>
    public bool IsHarmed => _harmed.Count > 0;

    /// <summary>Packs that the backups rely on.</summary>
    public IReadOnlyCollection<PackId> Packs => _walk.Packs;

    /// <summary>Nodes and chunks that cannot be read; for a node with the reason.</summary>
    public IReadOnlyDictionary<ChunkId, string> Faults => _faults;

    /// <summary>Walks the tree of a backup.</summary>
    public async Task AddAsync(Manifest manifest, ManifestTreeReader tree, CancellationToken cancellationToken)
    {
        Count++;
        var ranges = await _walk.RunAsync(tree, cancellationToken);
        var faults = _walk.TakeFaults();
        if (ranges.Count > 0 && isThere(manifest))
        {
            foreach (var (id, reason) in faults)
            {
                _faults.TryAdd(id, reason);
            }

            _harmed.Add(new HarmedBackup
            {
                BackupId = manifest.BackupId.Value,
                VolumeId = manifest.VolumeId,
                Ranges = ranges,
            });
        }
    }

    /// <summary>A backup whose manifest cannot be read: all of it is lost.</summary>
    public void AddUnreadable(string backupId) => _harmed.Add(new HarmedBackup { BackupId = backupId, Ranges = [] });
}
