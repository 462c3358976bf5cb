using System.Buffers;
using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Encryption;
using BackupEngine.Chunkstore.Format;

namespace BackupEngine.Chunkstore.Packs;

/// <summary>
/// A pack that is being written: records are noted here as they are placed (under the lock of its stream); its bytes
/// are written, and it is sealed, by the stream's writer, which comes after all of them.
/// </summary>
internal sealed class OpenPack(uint number, PackDraft draft, List<PackEntry> entries) : IDisposable
{
    private readonly TaskCompletionSource<SealedPack> _sealed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private DigestingWriter? _file;

    /// <summary>Its number in the session.</summary>
    public uint Number => number;

    public PackHeader Header => draft.Header;

    /// <summary>What its records are encrypted under; null where they are not.</summary>
    public PackKey? Key => draft.Key;

    public ObjectName Name => new(ObjectKind.Pack, Header.PackId.ToString());

    /// <summary>Bytes placed so far, the header included.</summary>
    public long PlacedBytes { get; private set; } = PackHeader.SizeBytes;

    /// <summary>The list that records are noted in; to be used again after the pack was sealed.</summary>
    public List<PackEntry> Entries => entries;

    /// <summary>Records placed so far.</summary>
    public int RecordCount => entries.Count;

    /// <summary>Completed when the file is durable under its name; the directory is still to be flushed.</summary>
    public Task<SealedPack> Sealed => _sealed.Task;

    /// <summary>Notes a record, and answers with its offset.</summary>
    public uint Place(in RecordHeader record)
    {
        var offset = checked((uint)PlacedBytes);
        entries.Add(new PackEntry(record.Id, offset, record.StoredLength, record.PlainLength, record.Encoding));
        PlacedBytes += record.RecordLength;
        return offset;
    }

    /// <summary>Writes the next bytes.</summary>
    public async ValueTask WriteAsync(
        ReadOnlyMemory<byte> bytes, Func<ObjectName, DigestingWriter> create, CancellationToken cancellationToken)
    {
        _file ??= create(Name);
        await _file.WriteAsync(bytes, cancellationToken);
    }

    /// <summary>Writes directory and trailer, and publishes the file.</summary>
    public async Task SealAsync(CancellationToken cancellationToken)
    {
        try
        {
            var recordBytes = PlacedBytes - PackHeader.SizeBytes;
            var file = _file ?? throw new InvalidOperationException("A pack is sealed that was never written.");
            if (file.LengthBytes != PlacedBytes)
            {
                throw new InvalidOperationException(
                    $"A pack with {PlacedBytes} bytes placed has {file.LengthBytes} written.");
            }

            var digest = await WriteDirectoryAsync(file, cancellationToken);
            await file.PublishAsync(cancellationToken);
            var line = new IndexPack(Header.PackId, Header.Type, (uint)RecordCount, file.LengthBytes, digest);
            _sealed.TrySetResult(new SealedPack(number, Name, line, recordBytes));
        }
        finally
        {
            Dispose();
        }
    }

    /// <summary>Gives the pack up.</summary>
    public void Fail(Exception exception)
    {
        _sealed.TrySetException(exception);
        _ = _sealed.Task.Exception;
    }

    public void Dispose() => _file?.Dispose();

    private async ValueTask<ChunkId> WriteDirectoryAsync(DigestingWriter file, CancellationToken cancellationToken)
    {
        entries.Sort(static (left, right) => left.Id.CompareTo(right.Id));
        var directoryBytes = entries.Count * PackEntry.SizeBytes;
        var bytes = ArrayPool<byte>.Shared.Rent(directoryBytes + PackTrailer.SizeBytes);
        for (var line = 0; line < entries.Count; line++)
        {
            entries[line].Write(bytes.AsSpan(line * PackEntry.SizeBytes));
        }

        await file.WriteAsync(bytes.AsMemory(0, directoryBytes), cancellationToken);
        var digest = file.Digest();
        var crc = Crc32C.Compute(bytes.AsSpan(0, directoryBytes));
        var trailer = bytes.AsMemory(directoryBytes, PackTrailer.SizeBytes);
        new PackTrailer((uint)entries.Count, PlacedBytes, crc, digest).Write(trailer.Span);
        await file.WriteAsync(trailer, cancellationToken);
        ArrayPool<byte>.Shared.Return(bytes);
        return digest;
    }
}
