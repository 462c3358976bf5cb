using System.Buffers;
using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Collection.Marking;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Index;
using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Repositories;

namespace BackupEngine.Chunkstore.Collection.Copying;

/// <summary>
/// Stores what is live in partly dead packs once more, so that the packs can go. Each record is decrypted, decompressed
/// and hashed on its way: a damaged one is never copied, and its pack stays.
/// </summary>
/// <param name="backend">Where the packs are.</param>
/// <param name="keys">What records are read with.</param>
/// <param name="recordsAtOnce">Records in memory at once at most, or those of one pack.</param>
/// <param name="store">Stores a chunk or a node in a session that may not rely on the packs that are copied.</param>
internal sealed class CopyForward(
    IRepositoryBackend backend,
    RepositoryKeys keys,
    int recordsAtOnce,
    Func<PackType, ChunkId, ReadOnlyMemory<byte>, CancellationToken, ValueTask<int>> store)
{
    private readonly HashSet<PackId> _copied = [];
    private readonly Dictionary<PackId, string> _kept = [];
    private long _records;
    private long _bytes;

    /// <summary>
    /// Copies. What it has stored is not durable, and in no segment, before the session's next checkpoint.
    /// </summary>
    /// <param name="marker">What is live.</param>
    /// <param name="packs">The packs that are to go.</param>
    /// <param name="onCopied">Told after each pack: how many are done, and how many there are.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<CopyResult> RunAsync(
        Marker marker,
        IReadOnlyCollection<PackId> packs,
        Action<long, long>? onCopied,
        CancellationToken cancellationToken)
    {
        foreach (var batch in Batches(marker.Liveness, packs))
        {
            foreach (var records in marker.LiveRecordsIn(batch).GroupBy(record => record.Location.Pack))
            {
                await CopyPackAsync(records.Key, marker.Liveness, [.. records], cancellationToken);
                onCopied?.Invoke(_copied.Count + _kept.Count, packs.Count);
            }
        }

        return new CopyResult { Copied = _copied, Kept = _kept, Records = _records, Bytes = _bytes };
    }

    private IEnumerable<IReadOnlySet<PackId>> Batches(PackLiveness liveness, IEnumerable<PackId> packs)
    {
        var batch = new HashSet<PackId>();
        var records = 0L;
        foreach (var pack in packs)
        {
            var live = liveness.Packs[pack].LiveRecords;
            if (batch.Count > 0 && records + live > recordsAtOnce)
            {
                yield return batch;
                batch = [];
                records = 0;
            }

            batch.Add(pack);
            records += live;
        }

        if (batch.Count > 0)
        {
            yield return batch;
        }
    }

    private async ValueTask CopyPackAsync(
        PackId pack, PackLiveness liveness, LiveRecord[] records, CancellationToken cancellationToken)
    {
        var type = liveness.Packs[pack].Type;
        foreach (var record in records.OrderBy(record => record.Location.Offset))
        {
            var fault = await CopyAsync(type, record, cancellationToken);
            if (fault.Length > 0)
            {
                _kept.Add(pack, $"at offset {record.Location.Offset}: {fault}");
                return;
            }
        }

        _copied.Add(pack);
    }

    /// <returns>Empty, or what is wrong with the record.</returns>
    private async ValueTask<string> CopyAsync(
        PackType type, LiveRecord record, CancellationToken cancellationToken)
    {
        var location = record.Location;
        var buffer = ArrayPool<byte>.Shared.Rent(location.RecordLength);
        var plain = ArrayPool<byte>.Shared.Rent(location.PlainLength);
        try
        {
            var place = buffer.AsMemory(0, location.RecordLength);
            var name = new ObjectName(ObjectKind.Pack, location.Pack.ToString());
            var length = await backend.ReadAsync(name, location.Offset, place, cancellationToken);
            var chunk = plain.AsMemory(0, location.PlainLength);
            var fault = Decode(type, record, place[..length], chunk, out var id);
            if (fault.Length == 0)
            {
                _bytes += await store(type, id, chunk, cancellationToken);
                _records++;
            }

            return fault;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(plain);
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private string Decode(
        PackType type, in LiveRecord record, ReadOnlyMemory<byte> bytes, Memory<byte> chunk, out ChunkId id)
    {
        id = default;
        if (!RecordHeader.TryRead(bytes.Span, out var header, out var fault))
        {
            return fault;
        }

        id = header.Id;
        var hasher = type == PackType.Data ? keys.Chunks : keys.Nodes;
        return id.Prefix == record.Prefix
            ? RecordDecoder.Decode(bytes.Span, record.Location.Pack, id, hasher, keys.Records, chunk.Span)
            : $"the record is of chunk {id}";
    }
}
