using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Packs;

namespace BackupEngine.Chunkstore.Verification.Packs;

/// <summary>What a pack says about itself: header, directory and trailer, each only as far as it is good.</summary>
/// <param name="Header">Null where it is damaged, or is another pack's.</param>
/// <param name="Trailer">Null where it is damaged.</param>
/// <param name="Entries">The records, in the order of their offsets; null where the directory cannot be
/// trusted.</param>
/// <param name="Fault">Empty, or what is wrong.</param>
internal sealed record PackDirectory(PackHeader? Header, PackTrailer? Trailer, PackEntry[]? Entries, string Fault)
{
    /// <summary>Records that a pack may have; bounds the memory of its directory.</summary>
    public const int MaximumRecords = 65_536;

    /// <summary>Reads both ends of a pack.</summary>
    /// <exception cref="ObjectMissingException">There is no such pack.</exception>
    public static async ValueTask<PackDirectory> ReadAsync(
        IRepositoryBackend backend, Guid repositoryId, PackId pack, long length, CancellationToken cancellationToken)
    {
        var name = new ObjectName(ObjectKind.Pack, pack.ToString());
        var fileName = backend.Describe(name);
        var faults = new List<string>();
        var header = await ReadAsync(backend, name, 0, PackHeader.SizeBytes, cancellationToken);
        var head = Try(() => PackHeader.Read(header, fileName), faults);
        if (head is { } other && (other.PackId != pack || other.RepositoryId != repositoryId))
        {
            faults.Add($"its header is that of pack {other.PackId} of repository {other.RepositoryId}");
            head = null;
        }

        var offset = Math.Max(0, length - PackTrailer.SizeBytes);
        var end = await ReadAsync(backend, name, offset, PackTrailer.SizeBytes, cancellationToken);
        var trailer = Try(() => PackTrailer.Read(end, fileName), faults);
        var entries = trailer is { } last
            ? await ReadEntriesAsync(backend, name, last, length, faults, cancellationToken)
            : null;
        return new PackDirectory(head, trailer, entries, string.Join("; ", faults));
    }

    private static async ValueTask<PackEntry[]?> ReadEntriesAsync(
        IRepositoryBackend backend,
        ObjectName name,
        PackTrailer trailer,
        long length,
        List<string> faults,
        CancellationToken cancellationToken)
    {
        var bytesLong = trailer.RecordCount * (long)PackEntry.SizeBytes;
        if (trailer.RecordCount is 0 or > MaximumRecords
            || trailer.DirectoryOffset != length - PackTrailer.SizeBytes - bytesLong)
        {
            faults.Add("its trailer does not fit its length");
            return null;
        }

        var bytes = await ReadAsync(backend, name, trailer.DirectoryOffset, (int)bytesLong, cancellationToken);
        if (Crc32C.Compute(bytes) != trailer.DirectoryCrc)
        {
            faults.Add("the checksum of its directory is wrong");
            return null;
        }

        var entries = Try(() => (Entries: Parse(bytes, backend.Describe(name)), IsRead: true), faults);
        return entries is { } read && IsWhole(read.Entries, trailer, faults) ? read.Entries : null;
    }

    private static PackEntry[] Parse(byte[] bytes, string fileName)
    {
        var entries = new PackEntry[bytes.Length / PackEntry.SizeBytes];
        for (var i = 0; i < entries.Length; i++)
        {
            entries[i] = PackEntry.Read(bytes.AsSpan(i * PackEntry.SizeBytes), fileName);
        }

        return entries;
    }

    /// <summary>
    /// Whether the directory is sorted, and its records lie one after another; sorts them by offset then.
    /// </summary>
    private static bool IsWhole(PackEntry[] entries, in PackTrailer trailer, List<string> faults)
    {
        var sorted = entries.Zip(entries.Skip(1)).All(pair => pair.First.Id <= pair.Second.Id);
        Array.Sort(entries, (left, right) => left.Offset.CompareTo(right.Offset));
        var next = (long)PackHeader.SizeBytes;
        foreach (var entry in entries)
        {
            sorted &= entry.Offset == next;
            next = entry.Offset + RecordHeader.SizeBytes + (long)entry.StoredLength;
        }

        if (!sorted || next != trailer.DirectoryOffset)
        {
            faults.Add("its directory is not sorted, or does not cover its records");
            return false;
        }

        return true;
    }

    private static async ValueTask<byte[]> ReadAsync(
        IRepositoryBackend backend, ObjectName name, long offset, int length, CancellationToken cancellationToken)
    {
        var bytes = new byte[length];
        var read = await backend.ReadAsync(name, offset, bytes, cancellationToken);
        return read == length ? bytes : bytes[..read];
    }

    private static T? Try<T>(Func<T> read, List<string> faults)
        where T : struct
    {
        try
        {
            return read();
        }
        catch (RepositoryException exception)
        {
            faults.Add(exception.Message);
            return null;
        }
    }
}
