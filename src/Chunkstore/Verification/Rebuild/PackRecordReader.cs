using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Verification.Packs;

namespace BackupEngine.Chunkstore.Verification.Rebuild;

/// <summary>Reads what a pack holds from the pack alone: from its directory, or else record by record.</summary>
internal sealed class PackRecordReader(IRepositoryBackend backend, Guid repositoryId, RepositoryKeys keys)
{
    private const int WindowBytes = 8 * 1024 * 1024;

    private byte[] _buffer = [];

    /// <summary>Null where the pack is gone, or no record can be found in it.</summary>
    public async Task<PackRecords?> ReadAsync(PackId pack, CancellationToken cancellationToken)
    {
        var name = new ObjectName(ObjectKind.Pack, pack.ToString());
        if (backend.FindLength(name) is not { } length)
        {
            return null;
        }

        var directory = await PackDirectory.ReadAsync(backend, repositoryId, pack, length, cancellationToken);
        return directory is { Header: { } header, Trailer: { } trailer, Entries: { } entries }
            ? new PackRecords(
                new IndexPack(pack, header.Type, trailer.RecordCount, length, trailer.Digest),
                [.. entries.Select(Entry)],
                IsScanned: false)
            : await ScanAsync(pack, name, length, directory, cancellationToken);
    }

    private async Task<PackRecords?> ScanAsync(
        PackId pack, ObjectName name, long length, PackDirectory directory, CancellationToken cancellationToken)
    {
        var end = Math.Max(0, length - PackTrailer.SizeBytes);
        var needed = (int)Math.Min(end, WindowBytes);
        _buffer = _buffer.Length >= needed ? _buffer : GC.AllocateUninitializedArray<byte>(needed);
        var window = new PackWindow(backend, name, end, _buffer);
        var entries = new List<IndexEntry>();
        var type = directory.Header?.Type;
        await foreach (var (offset, header) in PackScan.RecordsAsync(window, end, cancellationToken))
        {
            if (type is null)
            {
                var record = await window.AtAsync(offset, header.RecordLength, cancellationToken);
                type = ChunkCheck.IsNode(keys, pack, record.Span, header) ? PackType.Metadata : PackType.Data;
            }

            entries.Add(Entry(new PackEntry(
                header.Id, (uint)offset, header.StoredLength, header.PlainLength, header.Encoding)));
        }

        var digest = directory.Trailer?.Digest ?? await window.DigestAsync(cancellationToken);
        return entries.Count == 0
            ? null
            : new PackRecords(
                new IndexPack(pack, type ?? PackType.Data, (uint)entries.Count, length, digest),
                entries,
                IsScanned: true);
    }

    private static IndexEntry Entry(PackEntry entry) => new(
        entry.Id.Prefix,
        0,
        entry.Offset,
        (uint)entry.StoredLength,
        PlainLengthAndFlags.Pack(entry.PlainLength, entry.Encoding));
}
