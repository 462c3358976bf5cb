using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Sessions;

namespace BackupEngine.Chunkstore.Index;

/// <summary>
/// Writes one index segment and publishes it durably. The entries are read twice, for the filter and for themselves,
/// and once more where their number was not known; memory stays small however many they are.
/// </summary>
internal sealed class IndexSegmentWriter(IRepositoryBackend backend, Guid repositoryId, SessionId owner)
{
    private const int EntriesPerBuffer = 8192;
    private const int LinesPerBuffer = 4096;

    private readonly IndexEntry[] _batch = new IndexEntry[EntriesPerBuffer];
    private readonly byte[] _bytes = new byte[EntriesPerBuffer * IndexEntry.SizeBytes];

    /// <summary>Writes entries that are in memory, as below.</summary>
    public Task<long> WriteAsync(
        SegmentId id,
        IReadOnlyList<IndexPack> packs,
        ReadOnlyMemory<IndexEntry> entries,
        Action onPublishing,
        CancellationToken cancellationToken) =>
        WriteAsync(id, packs, new MemoryEntries(entries), () => Allow(onPublishing), cancellationToken);

    /// <summary>
    /// Writes sorted entries over a pack table, and answers with the length of the file in bytes; 0 where nothing was
    /// published, because there were no entries or it was not to be.
    /// </summary>
    /// <param name="id">The new segment.</param>
    /// <param name="packs">The pack table; every pack in it is durable, its name included.</param>
    /// <param name="entries">Sorted; <see cref="IndexEntry.Pack"/> is a line of the table.</param>
    /// <param name="mayPublish">Asked at the moment from which the segment may be there, whatever happens; with false
    /// it never is.</param>
    /// <param name="cancellationToken">Cancels before the publication.</param>
    public async Task<long> WriteAsync(
        SegmentId id,
        IReadOnlyList<IndexPack> packs,
        IEntrySource entries,
        Func<bool>? mayPublish,
        CancellationToken cancellationToken)
    {
        var count = entries.CountAtMost;
        while (count > 0)
        {
            var header = new IndexHeader(repositoryId, id, count, packs.Count, SplitBlockFilter.BlocksFor(count));
            var name = new ObjectName(ObjectKind.Index, id.ToString());
            using var file = new DigestingWriter(backend.Create(name, owner));
            var tableCrc = await WriteHeadAsync(file, header, packs, cancellationToken);
            count = await WriteFilterAndGuideAsync(file, header, entries.Open(), cancellationToken);
            if (count == header.EntryCount)
            {
                await WriteEntriesAsync(file, entries.Open(), cancellationToken);
                await WriteTrailerAsync(file, header, tableCrc, cancellationToken);
                if (mayPublish?.Invoke() == false)
                {
                    return 0;
                }

                await file.PublishAsync(cancellationToken);
                backend.FlushNames([name]);
                return file.LengthBytes;
            }
        }

        return 0;
    }

    private static bool Allow(Action onPublishing)
    {
        onPublishing();
        return true;
    }

    private async Task<uint> WriteHeadAsync(
        DigestingWriter file, IndexHeader header, IReadOnlyList<IndexPack> packs, CancellationToken cancellationToken)
    {
        header.Write(_bytes);
        await file.WriteAsync(_bytes.AsMemory(0, IndexHeader.SizeBytes), cancellationToken);
        var crc = 0u;
        for (var first = 0; first < packs.Count; first += LinesPerBuffer)
        {
            var lines = Math.Min(LinesPerBuffer, packs.Count - first);
            for (var line = 0; line < lines; line++)
            {
                packs[first + line].Write(_bytes.AsSpan(line * IndexPack.SizeBytes));
            }

            var part = _bytes.AsMemory(0, lines * IndexPack.SizeBytes);
            crc = Crc32C.Append(crc, part.Span);
            await file.WriteAsync(part, cancellationToken);
        }

        return crc;
    }

    /// <summary>Answers with the number of entries.</summary>
    private async Task<long> WriteFilterAndGuideAsync(
        DigestingWriter file, IndexHeader header, IEntryReader entries, CancellationToken cancellationToken)
    {
        var filter = new FilterWriter(file, header.FilterBlockCount);
        var guide = new IndexGuide(header.EntryCount);
        long count = 0;
        for (int read; (read = await entries.ReadAsync(_batch, cancellationToken)) > 0; count += read)
        {
            for (var i = 0; i < read; i++)
            {
                var prefix = _batch[i].Prefix;
                guide.Add(prefix);
                while (!filter.TryAdd(prefix))
                {
                    await filter.WritePartAsync(cancellationToken);
                }
            }
        }

        while (await filter.WritePartAsync(cancellationToken))
        {
            // Blocks without keys, to the end.
        }

        await file.WriteAsync(guide.Complete(), cancellationToken);
        return count;
    }

    private async Task WriteEntriesAsync(
        DigestingWriter file, IEntryReader entries, CancellationToken cancellationToken)
    {
        for (int read; (read = await entries.ReadAsync(_batch, cancellationToken)) > 0;)
        {
            for (var i = 0; i < read; i++)
            {
                _batch[i].Write(_bytes.AsSpan(i * IndexEntry.SizeBytes));
            }

            await file.WriteAsync(_bytes.AsMemory(0, read * IndexEntry.SizeBytes), cancellationToken);
        }
    }

    private static async Task WriteTrailerAsync(
        DigestingWriter file, IndexHeader header, uint tableCrc, CancellationToken cancellationToken)
    {
        var trailer = new byte[IndexTrailer.SizeBytes];
        new IndexTrailer(header.FileLength, tableCrc, file.Digest()).Write(trailer);
        await file.WriteAsync(trailer, cancellationToken);
        if (file.LengthBytes != header.FileLength)
        {
            throw new InvalidOperationException(
                $"A segment of {header.FileLength} bytes was written with {file.LengthBytes}.");
        }
    }
}
