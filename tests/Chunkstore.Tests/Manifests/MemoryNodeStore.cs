using System.Collections.Concurrent;
using System.Security.Cryptography;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Manifests;

namespace BackupEngine.Chunkstore.Tests.Manifests;

/// <summary>Nodes in memory, named by SHA-256, with every access counted. Can be told to fail.</summary>
internal sealed class MemoryNodeStore : INodeStore
{
    private readonly ConcurrentDictionary<ChunkId, byte[]> _nodes = new();
    private long _reads;
    private long _puts;
    private long _newNodes;
    private long _newBytes;

    public long Reads => Interlocked.Read(ref _reads);

    public long Puts => Interlocked.Read(ref _puts);

    public long NewNodes => Interlocked.Read(ref _newNodes);

    public long NewBytes => Interlocked.Read(ref _newBytes);

    public Exception? FailPutsWith { get; set; }

    /// <summary>Every put waits for it, so that a test can hold one back.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public IReadOnlyDictionary<ChunkId, byte[]> Nodes => _nodes;

    public async ValueTask<ChunkId> PutAsync(ReadOnlyMemory<byte> node, CancellationToken cancellationToken)
    {
        await Gate.WaitAsync(cancellationToken);
        if (FailPutsWith is { } failure)
        {
            throw failure;
        }

        Interlocked.Increment(ref _puts);
        var id = new ChunkId(SHA256.HashData(node.Span));
        if (_nodes.TryAdd(id, node.ToArray()))
        {
            Interlocked.Increment(ref _newNodes);
            Interlocked.Add(ref _newBytes, node.Length);
        }

        return id;
    }

    public ValueTask<ReadOnlyMemory<byte>> GetAsync(ChunkId id, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Interlocked.Increment(ref _reads);
        return _nodes.TryGetValue(id, out var node)
            ? ValueTask.FromResult<ReadOnlyMemory<byte>>(node)
            : throw new CorruptDataException($"Node {id} is missing.");
    }

    public void ResetCounters()
    {
        _reads = 0;
        _puts = 0;
        _newNodes = 0;
        _newBytes = 0;
    }

    /// <summary>Replaces the bytes of a node behind its back.</summary>
    public void Tamper(ChunkId id, byte[] bytes) => _nodes[id] = bytes;

    public void Remove(ChunkId id) => _nodes.TryRemove(id, out _);
}
