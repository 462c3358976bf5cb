using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Index;
using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Verification.Packs;
using BackupEngine.Chunkstore.Verification.Proofs;
using BackupEngine.Chunkstore.Verification.Trees;

namespace BackupEngine.Chunkstore.Verification;

/// <summary>Gathers the faults of a verification. Adding is safe from many threads.</summary>
internal sealed class Findings(IRepositoryBackend backend)
{
    private readonly Lock _lock = new();

    /// <summary>What is wrong.</summary>
    public List<VerifyFault> Faults { get; } = [];

    /// <summary>Damage that was known, and that no backup depends on.</summary>
    public List<VerifyFault> Superseded { get; } = [];

    /// <summary>What was not looked at, and why.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>Lists of damage or proofs that cannot be read.</summary>
    public void AddNotes(ProofCatalog proofs, QuarantineCatalog quarantine)
    {
        Faults.AddRange(proofs.Faults);
        Faults.AddRange(quarantine.Unreadable.Select(file => new VerifyFault
        {
            Kind = FaultKind.Note,
            File = backend.Describe(file.Name),
            Message = file.Error.Message,
        }));
    }

    /// <summary>A damaged index segment.</summary>
    public void AddIndex(SegmentId segment, string reason)
    {
        lock (_lock)
        {
            Faults.Add(new VerifyFault
            {
                Kind = FaultKind.Index,
                File = backend.Describe(new ObjectName(ObjectKind.Index, segment.ToString())),
                Message = $"{reason}. Packs hold everything that an index is made of: run 'rebuild-index'.",
            });
        }
    }

    /// <summary>What of a pack the index does not know.</summary>
    public void Add(PackFindings found)
    {
        if (found.UnindexedRecords > 0)
        {
            lock (_lock)
            {
                Faults.Add(new VerifyFault
                {
                    Kind = FaultKind.Index,
                    File = Describe(found.Pack),
                    Message = $"{found.UnindexedRecords} records of the pack are not in the index as the pack states "
                        + "them; run 'rebuild-index'.",
                });
            }
        }
    }

    /// <summary>Damaged places, and what of the trees cannot be read.</summary>
    public void AddDamage(KnownDamage before, KnownDamage now, RepositorySnapshot snapshot, HarmWalk? walk)
    {
        var lost = walk is null ? null : LostChunks.Of(walk, snapshot.View);
        foreach (var pack in now.Packs)
        {
            var isKnown = before.Avoids(pack.Pack) || snapshot.Missing.Contains(pack.Pack);
            var isNeeded = walk is null || walk.Packs.Contains(pack.Pack) || lost!.Packs.Contains(pack.Pack);
            (isKnown && !isNeeded ? Superseded : Faults).Add(new VerifyFault
            {
                Kind = FaultKind.Pack,
                File = Describe(pack.Pack),
                Message = pack.Reason,
            });
        }

        foreach (var record in now.Records)
        {
            var isNeeded = walk is null || lost!.Prefixes.Contains(record.Prefix);
            (before.Has(record.Place) && !isNeeded ? Superseded : Faults).Add(new VerifyFault
            {
                Kind = FaultKind.Record,
                File = Describe(record.Pack),
                OffsetBytes = record.Offset,
                Chunk = record.Prefix.ToString("x32", System.Globalization.CultureInfo.InvariantCulture),
                Message = record.Reason,
            });
        }

        Faults.AddRange(walk?.Faults.Select(fault => Lost(fault.Key, fault.Value)) ?? []);
    }

    private VerifyFault Lost(ChunkId id, string reason) => new()
    {
        Kind = reason.Length > 0 ? FaultKind.Node : FaultKind.Chunk,
        File = backend.Location,
        Chunk = id.ToString(),
        Message = reason.Length > 0 ? reason : "No place that the index knows for the chunk can be read.",
    };

    private string Describe(PackId pack) => backend.Describe(new ObjectName(ObjectKind.Pack, pack.ToString()));
}
