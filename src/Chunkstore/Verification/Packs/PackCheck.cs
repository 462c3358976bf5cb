using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Packs;

namespace BackupEngine.Chunkstore.Verification.Packs;

/// <summary>
/// Reads one pack whole: digest, every record, directory against records, records against the index. Needs no key
/// unless chunks are decoded as well. One pack at a time.
/// </summary>
/// <param name="backend">Where the packs are.</param>
/// <param name="repositoryId">The repository.</param>
/// <param name="index">What the index says.</param>
/// <param name="decode">What else is to be proven of a record; empty where it is good.</param>
internal sealed class PackCheck(
    IRepositoryBackend backend, Guid repositoryId, IndexedPlaces index, RecordCheck? decode)
{
    /// <summary>Bytes of a pack that are held at once.</summary>
    public const int WindowBytes = 8 * 1024 * 1024;
    private const int MaximumRecordBytes = RecordHeader.SizeBytes + RecordHeader.MaximumStoredBytes;

    private byte[] _buffer = [];

    /// <summary>Checks a pack.</summary>
    public async Task<PackFindings> RunAsync(PackId pack, CancellationToken cancellationToken)
    {
        var findings = new PackFindings(pack);
        try
        {
            await CheckAsync(findings, cancellationToken);
        }
        catch (ObjectMissingException)
        {
            findings.Faults.Add("the pack is missing");
            findings.IsLost = true;
        }

        return findings;
    }

    private async ValueTask CheckAsync(PackFindings findings, CancellationToken cancellationToken)
    {
        var name = new ObjectName(ObjectKind.Pack, findings.Pack.ToString());
        var length = backend.FindLength(name) ?? throw new ObjectMissingException(backend.Describe(name));
        findings.BytesRead = length;
        var directory = await PackDirectory.ReadAsync(
            backend, repositoryId, findings.Pack, length, cancellationToken);
        AddFault(findings, directory.Fault);
        AddFault(findings, index.CompareLength(findings.Pack, length));
        AddFault(findings, index.Compare(findings.Pack, directory));
        var end = Math.Max(0, length - PackTrailer.SizeBytes);
        var needed = (int)Math.Min(end, WindowBytes);
        _buffer = _buffer.Length >= needed ? _buffer : GC.AllocateUninitializedArray<byte>(needed);
        var window = new PackWindow(backend, name, end, _buffer);
        try
        {
            await CheckRecordsAsync(findings, directory, window, end, cancellationToken);
            var digest = await window.DigestAsync(cancellationToken);
            AddFault(findings, directory.Trailer is { } trailer && trailer.Digest != digest && findings.IsGood
                ? "its digest is wrong"
                : "");
        }
        catch (RepositoryException exception) when (exception is not ObjectMissingException)
        {
            // The disk refuses some of it: what else can be read is found record by record.
            AddFault(findings, exception.Message);
            findings.BadRecords.Clear();
            findings.Records = 0;
            await CheckOneByOneAsync(findings, name, cancellationToken);
        }
    }

    private async ValueTask CheckRecordsAsync(
        PackFindings findings,
        PackDirectory directory,
        PackWindow window,
        long end,
        CancellationToken cancellationToken)
    {
        if (directory.Entries is { } entries)
        {
            foreach (var entry in entries)
            {
                var length = RecordHeader.SizeBytes + entry.StoredLength;
                var record = await window.AtAsync(entry.Offset, length, cancellationToken);
                findings.Records++;
                AddBad(findings, entry, Compare(findings.Pack, directory.Header?.Type, record, entry));
                findings.UnindexedRecords += index.Has(findings.Pack, entry) ? 0 : 1;
            }

            return;
        }

        var found = new Dictionary<long, RecordHeader>();
        await foreach (var (offset, header) in PackScan.RecordsAsync(window, end, cancellationToken))
        {
            var record = await window.AtAsync(offset, header.RecordLength, cancellationToken);
            findings.Records++;
            if (decode?.Invoke(findings.Pack, directory.Header?.Type, record.Span, header) is null or "")
            {
                found[offset] = header;
            }
        }

        CompareWithIndex(findings, found);
    }

    private string Compare(PackId pack, PackType? type, ReadOnlyMemory<byte> record, in PackEntry entry)
    {
        if (!RecordHeader.TryRead(record.Span, out var header, out var fault))
        {
            return fault;
        }

        if (header.Id != entry.Id || header.StoredLength != entry.StoredLength
            || header.PlainLength != entry.PlainLength || header.Encoding != entry.Encoding)
        {
            return $"the record is that of chunk {header.Id}, not what the pack's directory says";
        }

        return decode?.Invoke(pack, type, record.Span, header) ?? "";
    }

    /// <summary>What the index says of the pack, against what a scan found there.</summary>
    private void CompareWithIndex(PackFindings findings, Dictionary<long, RecordHeader> found)
    {
        var known = 0;
        foreach (var entry in index.Of(findings.Pack))
        {
            known++;
            if (!found.TryGetValue(entry.Offset, out var header) || header.Id.Prefix != entry.Prefix
                || header.StoredLength != entry.StoredLength || header.PlainLength != entry.PlainLength)
            {
                findings.BadRecords.Add(new BadRecord(
                    findings.Pack, entry.Offset, entry.Prefix, "no whole record of that chunk is there"));
            }
        }

        if (known > 0 && known == findings.BadRecords.Count)
        {
            findings.IsLost = true;
            findings.BadRecords.Clear();
        }
    }

    private async ValueTask CheckOneByOneAsync(
        PackFindings findings, ObjectName name, CancellationToken cancellationToken)
    {
        foreach (var entry in index.Of(findings.Pack))
        {
            var record = _buffer.AsMemory(
                0, Math.Min(_buffer.Length, Math.Min(MaximumRecordBytes, entry.RecordLength)));
            string fault;
            findings.Records++;
            try
            {
                var read = await backend.ReadAsync(name, entry.Offset, record, cancellationToken);
                fault = RecordHeader.TryRead(record.Span[..read], out var header, out var damage)
                    && header.Id.Prefix == entry.Prefix
                        ? decode?.Invoke(findings.Pack, type: null, record.Span[..read], header) ?? ""
                        : damage.Length > 0 ? damage : "the record is of another chunk";
            }
            catch (RepositoryException exception) when (exception is not ObjectMissingException)
            {
                fault = exception.Message;
            }

            if (fault.Length > 0)
            {
                findings.BadRecords.Add(new BadRecord(findings.Pack, entry.Offset, entry.Prefix, fault));
            }
        }
    }

    private static void AddBad(PackFindings findings, in PackEntry entry, string fault)
    {
        if (fault.Length > 0)
        {
            findings.BadRecords.Add(new BadRecord(findings.Pack, entry.Offset, entry.Id.Prefix, fault));
        }
    }

    private static void AddFault(PackFindings findings, string fault)
    {
        if (fault.Length > 0)
        {
            findings.Faults.Add(fault);
        }
    }
}
