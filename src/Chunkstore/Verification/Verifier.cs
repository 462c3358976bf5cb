using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Sessions;
using BackupEngine.Chunkstore.Verification.Packs;
using BackupEngine.Chunkstore.Verification.Proofs;
using BackupEngine.Chunkstore.Verification.Trees;

namespace BackupEngine.Chunkstore.Verification;

/// <summary>
/// One verification: index, trees, packs; then what is damaged is put into quarantine with the backups it harms, and
/// what was proven is noted. Nothing else is changed, nothing is deleted.
/// </summary>
internal sealed class Verifier(VerifierParts parts, VerifyOptions options, IProgress<VerifyProgress>? progress)
{
    private readonly Findings _findings = new(parts.Backend);
    private readonly ProofCatalog _proofs = new(parts.Backend, parts.RepositoryId);
    private readonly Dictionary<PackId, PackProof> _proven = [];
    private QuarantineCatalog _quarantine = new(parts.Backend, parts.RepositoryId);
    private ManifestSet _manifests = new();
    private long _bytesRead;
    private long _recordsChecked;
    private long _recordsBad;

    /// <summary>Verifies.</summary>
    public async Task<VerifyReport> RunAsync(SessionId? session, CancellationToken cancellationToken)
    {
        ReadManifests();
        var snapshot = RepositorySnapshot.Take(parts.Backend, parts.Catalog);
        _proofs.Load();
        _quarantine = QuarantineCatalog.Load(parts.Backend, parts.RepositoryId);
        _findings.AddNotes(_proofs, _quarantine);
        await CheckIndexAsync(snapshot, cancellationToken);
        var walk = await WalkAsync(snapshot, _quarantine.Damage, Chosen(), cancellationToken);
        var damage = new DamageUpdate(snapshot, _quarantine.Damage);
        damage.AddLengths();
        var packs = Choose(snapshot, walk);
        await CheckPacksAsync(snapshot, packs, damage, cancellationToken);
        if (damage.IsChanged || walk?.IsHarmed == true)
        {
            // What was collected meanwhile is no damage, so it is looked again before anything is called that.
            ReadManifests();
            snapshot = RepositorySnapshot.Take(parts.Backend, parts.Catalog);
            damage = damage.On(snapshot);
            walk = await WalkAsync(snapshot, damage.Damage, _manifests.Readable, cancellationToken);
        }

        damage.ForgetUnneeded(options.Backups.Count == 0 ? walk : null);
        _findings.AddDamage(_quarantine.Damage, damage.Damage, snapshot, walk);
        Save(damage, walk, snapshot, session);
        return Report(snapshot, packs, damage.Damage, walk);
    }

    /// <summary>Before the index is looked at: what a manifest needs is in the index before it is published.</summary>
    private void ReadManifests() =>
        _manifests = parts.Keys.IsLocked ? ManifestSet.CheckWithoutKey(parts) : ManifestSet.Read(parts);

    private async Task CheckIndexAsync(RepositorySnapshot snapshot, CancellationToken cancellationToken)
    {
        foreach (var (id, error) in parts.Catalog.Damaged)
        {
            _findings.AddIndex(id, error.Message);
        }

        await Parallel.ForEachAsync(snapshot.View.Segments, Parallelism(cancellationToken), (segment, _) =>
        {
            var fault = segment.FindFault();
            if (fault.Length > 0)
            {
                _findings.AddIndex(segment.Id, fault);
            }

            return ValueTask.CompletedTask;
        });
    }

    /// <summary>Null where the key to manifests and trees is not there.</summary>
    private async Task<HarmWalk?> WalkAsync(
        RepositorySnapshot snapshot,
        KnownDamage damage,
        IEnumerable<Manifest> manifests,
        CancellationToken cancellationToken)
    {
        if (parts.Keys.IsLocked)
        {
            return null;
        }

        var walk = new HarmWalk(new PlaceJudge(snapshot.View, snapshot.Packs, damage), options.Lanes, StillThere);
        foreach (var manifest in manifests)
        {
            await walk.AddAsync(manifest, parts.OpenTree(manifest), cancellationToken);
        }

        _manifests.Damaged.ForEach(damaged => walk.AddUnreadable(damaged.BackupId));
        return walk;
    }

    /// <summary>A backup that was deleted meanwhile may have lost what it needs; nobody misses it.</summary>
    private bool StillThere(Manifest manifest)
    {
        try
        {
            parts.Manifests.RequireSame(manifest);
            return true;
        }
        catch (BackupNotFoundException)
        {
            return false;
        }
    }

    /// <summary>The backups that were asked for.</summary>
    private IEnumerable<Manifest> Chosen()
    {
        var missing = options.Backups.FirstOrDefault(
            id => _manifests.Readable.All(manifest => manifest.BackupId != id)
                && _manifests.Damaged.All(damaged => damaged.BackupId != id.Value));
        return missing.Value is not null
            ? throw new BackupNotFoundException($"There is no backup '{missing}' in the repository.")
            : _manifests.Readable.Where(
                manifest => options.Backups.Count == 0 || options.Backups.Contains(manifest.BackupId));
    }

    private IReadOnlyList<PackId> Choose(RepositorySnapshot snapshot, HarmWalk? walk)
    {
        if (options.Level == VerifyLevel.Structure)
        {
            return [];
        }

        var candidates = options.Backups.Count > 0 && walk is not null
            ? snapshot.Indexed.Where(walk.Packs.Contains)
            : snapshot.Indexed;
        return PackSelection.Choose(candidates, snapshot.Packs, _proofs, options);
    }

    private async Task CheckPacksAsync(
        RepositorySnapshot snapshot,
        IReadOnlyList<PackId> packs,
        DamageUpdate damage,
        CancellationToken cancellationToken)
    {
        var isData = options.Level == VerifyLevel.Data;
        var total = packs.Sum(pack => snapshot.Packs[pack]);
        var done = 0L;
        _bytesRead = total;
        var checks = new System.Collections.Concurrent.ConcurrentBag<PackCheck>();
        await Parallel.ForEachAsync(packs, Parallelism(cancellationToken), async (pack, token) =>
        {
            var check = checks.TryTake(out var idle) ? idle : new PackCheck(
                parts.Backend, parts.RepositoryId, snapshot.Index, isData ? ChunkCheck.With(parts.Keys) : null);
            var started = parts.Time.GetUtcNow().UtcTicks;
            var found = await check.RunAsync(pack, token);
            checks.Add(check);
            lock (_proven)
            {
                damage.Add(found, isData);
                _findings.Add(found);
                _recordsChecked += found.Records;
                _recordsBad += found.BadRecords.Count;
                if (found.IsGood)
                {
                    _proven[pack] = new PackProof(started, isData ? started : 0);
                }

                done += snapshot.Packs[pack];
            }

            progress?.Report(new VerifyProgress(Interlocked.Read(ref done), total));
        });
    }

    /// <summary>What was found is kept, unless the repository cannot be written: then that is said.</summary>
    private void Save(DamageUpdate damage, HarmWalk? walk, RepositorySnapshot snapshot, SessionId? session)
    {
        if (session is not { } owner)
        {
            _findings.Warnings.Add("The repository cannot be written: neither damage nor proofs were noted in it.");
            return;
        }

        var harmed = walk?.Harmed ?? [.. _quarantine.Harmed.Values];
        try
        {
            if (damage.IsChanged || _quarantine.Unreadable.Count > 0 || !IsSame(harmed))
            {
                _quarantine.Replace(damage.Damage, harmed, parts.Ids.Next(), owner);
            }

            _proofs.Save(_proven, snapshot.Packs.ContainsKey, parts.Ids.Next(), owner);
        }
        catch (RepositoryException exception)
        {
            _findings.Warnings.Add($"What was found could not be noted in the repository: {exception.Message}");
        }
    }

    private bool IsSame(IReadOnlyList<HarmedBackup> harmed) =>
        options.Backups.Count > 0 && harmed.Count == 0
        || (harmed.Count == _quarantine.Harmed.Count && harmed.All(
            backup => _quarantine.Harmed.TryGetValue(backup.BackupId, out var known)
                && known.Ranges.SequenceEqual(backup.Ranges)));

    private VerifyReport Report(
        RepositorySnapshot snapshot, IReadOnlyList<PackId> packs, KnownDamage damage, HarmWalk? walk)
    {
        _manifests.Damaged.ForEach(damaged => _findings.Faults.Add(damaged.Fault));
        if (walk is null)
        {
            _findings.Warnings.Add(
                "The repository is encrypted and no key was given: manifests and trees were not looked at, so what "
                + "harms which backup is not known.");
        }

        return new VerifyReport
        {
            Level = options.Level,
            Clean = _findings.Faults.Count == 0 && walk?.IsHarmed != true,
            Backups = walk?.Count ?? 0,
            IndexSegments = snapshot.View.Segments.Count + parts.Catalog.Damaged.Count,
            Packs = snapshot.Packs.Count,
            PacksRead = packs.Count,
            BytesRead = _bytesRead,
            RecordsChecked = _recordsChecked,
            RecordsBad = _recordsBad,
            UnindexedPacks = snapshot.Packs.Keys.Count(pack => !snapshot.Index.Names(pack)),
            QuarantinedRecords = damage.Records.Count,
            QuarantinedPacks = damage.Packs.Count,
            Faults = _findings.Faults,
            Superseded = _findings.Superseded,
            Harmed = walk?.Harmed ?? [],
            Warnings = _findings.Warnings,
        };
    }

    private ParallelOptions Parallelism(CancellationToken cancellationToken) => new()
    {
        MaxDegreeOfParallelism = options.Lanes,
        CancellationToken = cancellationToken,
    };
}
