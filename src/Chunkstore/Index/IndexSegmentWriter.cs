using System.Buffers;
using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Sessions;

namespace BackupEngine.Chunkstore.Index;

/// <summary>Writes one index segment and publishes it durably.</summary>
internal sealed class IndexSegmentWriter(IRepositoryBackend backend, Guid repositoryId, SessionId owner)
{
    private const int BufferBytes = 256 * 1024;

    /// <summary>Writes sorted entries over a pack table, and answers with the length of the file in bytes.</summary>
    /// <param name="id">The new segment.</param>
    /// <param name="packs">The pack table; every pack in it is durable, its name included.</param>
    /// <param name="entries">Sorted; <see cref="IndexEntry.Pack"/> is a line of the table.</param>
    /// <param name="onPublishing">Called at the moment from which the segment may be there, whatever happens.</param>
    /// <param name="cancellationToken">Cancels before the publication.</param>
    public async Task<long> WriteAsync(
        SegmentId id,
        IReadOnlyList<IndexPack> packs,
        ReadOnlyMemory<IndexEntry> entries,
        Action onPublishing,
        CancellationToken cancellationToken)
    {
        var header = new IndexHeader(
            repositoryId, id, entries.Length, packs.Count, SplitBlockFilter.BlocksFor(entries.Length));
        var name = new ObjectName(ObjectKind.Index, id.ToString());
        using var file = new DigestingWriter(backend.Create(name, owner));
        var tableCrc = await WriteHeadAsync(file, header, packs, cancellationToken);
        await file.WriteAsync(Filter(entries.Span, header.FilterBlockCount), cancellationToken);
        await WriteEntriesAsync(file, entries, cancellationToken);
        var trailer = new byte[IndexTrailer.SizeBytes];
        new IndexTrailer(header.FileLength, tableCrc, file.Digest()).Write(trailer);
        await file.WriteAsync(trailer, cancellationToken);
        if (file.LengthBytes != header.FileLength)
        {
            throw new InvalidOperationException(
                $"A segment of {header.FileLength} bytes was written with {file.LengthBytes}.");
        }

        onPublishing();
        await file.PublishAsync(cancellationToken);
        backend.FlushNames([name]);
        return file.LengthBytes;
    }

    private static async Task<uint> WriteHeadAsync(
        DigestingWriter file, IndexHeader header, IReadOnlyList<IndexPack> packs, CancellationToken cancellationToken)
    {
        var head = new byte[header.FilterOffset];
        header.Write(head);
        for (var line = 0; line < packs.Count; line++)
        {
            packs[line].Write(head.AsSpan(IndexHeader.SizeBytes + (line * IndexPack.SizeBytes)));
        }

        await file.WriteAsync(head, cancellationToken);
        return Crc32C.Compute(head.AsSpan(IndexHeader.SizeBytes));
    }

    private static byte[] Filter(ReadOnlySpan<IndexEntry> entries, int blocks)
    {
        var filter = new byte[blocks * SplitBlockFilter.BlockBytes];
        foreach (ref readonly var entry in entries)
        {
            var block = SplitBlockFilter.BlockOf(entry.Prefix, blocks);
            SplitBlockFilter.Add(filter.AsSpan(block * SplitBlockFilter.BlockBytes), entry.Prefix);
        }

        return filter;
    }

    private static async Task WriteEntriesAsync(
        DigestingWriter file, ReadOnlyMemory<IndexEntry> entries, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        const int PerBuffer = BufferBytes / IndexEntry.SizeBytes;
        for (var first = 0; first < entries.Length; first += PerBuffer)
        {
            var part = entries.Slice(first, Math.Min(PerBuffer, entries.Length - first));
            for (var i = 0; i < part.Length; i++)
            {
                part.Span[i].Write(buffer.AsSpan(i * IndexEntry.SizeBytes));
            }

            await file.WriteAsync(buffer.AsMemory(0, part.Length * IndexEntry.SizeBytes), cancellationToken);
        }

        ArrayPool<byte>.Shared.Return(buffer);
    }
}
