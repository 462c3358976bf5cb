using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Hashing;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Manifests.Nodes;
using BackupEngine.Chunkstore.Tests.Manifests;

namespace BackupEngine.Chunkstore.Tests.Fuzzing;

/// <summary>Manifests and the nodes of their trees.</summary>
internal static class ManifestTargets
{
    private static readonly ManifestFile Manifests = new(Guid.Empty, new byte[32]);
    private static readonly BackupId Backup = BackupId.Parse("backup");
    private static readonly byte[]?[] FullNodes = new byte[8][];

    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("manifest", [Manifests.Write(Example())], bytes => Manifests.Read(bytes, Backup, "file"), 32 * 1024)
        {
            Seal = bytes =>
            {
                if (bytes.Length >= Blake3.DigestBytes)
                {
                    Blake3.HashKeyed(new byte[32], bytes.AsSpan(..^32), bytes.AsSpan(^32..));
                }
            },
        },
        new("leaf node", [.. Nodes(level: 0)], bytes => ReadNode(bytes, 0), 64 * 1024) { Seal = Seals.CrcAround(12) },
        new("inner node", [.. Nodes(level: 2)], bytes => ReadNode(bytes, 2), 64 * 1024) { Seal = Seals.CrcAround(12) },
    ];

    private static Manifest Example() => new()
    {
        BackupId = Backup,
        VolumeId = "völume",
        ParentId = BackupId.Parse("parent"),
        CreatedAt = DateTimeOffset.UnixEpoch,
        Root = new TreeRoot(new TreeShape(1000, 4096), default),
        BaseToken = "token",
        Statistics = new BackupStatistics
        {
            BytesRead = 1,
            ZeroBytes = 2,
            BytesUnchanged = 3,
            ChunksNew = 4,
            BytesNew = 5,
            BytesStored = 6,
            MetadataBytes = 7,
        },
    };

    private static NodeReference Child(int level, int number) => level == 0
        ? NodeReference.Chunk(Ids.Of(number))
        : NodeReference.Stored(Ids.Of(number), number);

    private static NodeReference[] Children(int level) =>
        [.. Enumerable.Range(1, TreeShape.FanOut).Select(number => Child(level, number))];

    private static byte[] FullNode(int level) => FullNodes[level] ??= NodeEncoder.Encode(level, Children(level), null);

    /// <summary>Full, sparse, uniform, and a patch on the full one.</summary>
    private static IEnumerable<byte[]> Nodes(int level)
    {
        var children = Children(level);
        var full = FullNode(level);
        yield return full;
        var sparse = new NodeReference[TreeShape.FanOut];
        sparse[7] = Child(level, 7);
        yield return NodeEncoder.Encode(level, sparse, parent: null);
        yield return NodeEncoder.EncodeUniform(level, TreeShape.FanOut, Ids.Of(1));
        var store = new MemoryNodeStore();
        var id = store.PutAsync(full, CancellationToken.None).AsTask().Result;
        var loading = new NodeLoader(store).LoadAsync(id, level, TreeShape.FanOut, CancellationToken.None);
        var parent = loading.AsTask().Result;
        children[9] = Child(level, 1000);
        yield return NodeEncoder.Encode(level, children, parent);
    }

    private static void ReadNode(byte[] bytes, int level)
    {
        var store = new NodeOnBase(bytes, FullNode(level));
        var reading = new NodeLoader(store).LoadAsync(Ids.Of(1), level, TreeShape.FanOut, CancellationToken.None);
        _ = reading.AsTask().GetAwaiter().GetResult();
    }

    /// <summary>The node that is asked for first, and one base for whatever it stands on.</summary>
    private sealed class NodeOnBase(byte[] node, byte[] full) : INodeStore
    {
        private bool _asked;

        public ValueTask<ChunkId> PutAsync(ReadOnlyMemory<byte> node, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("Nothing is written here.");

        public ValueTask<ReadOnlyMemory<byte>> GetAsync(ChunkId id, CancellationToken cancellationToken)
        {
            var bytes = _asked ? full : node;
            _asked = true;
            return ValueTask.FromResult<ReadOnlyMemory<byte>>(bytes);
        }
    }
}
