using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Sessions;
using BackupEngine.Chunkstore.Verification.Proofs;

namespace BackupEngine.Chunkstore.Verification;

/// <summary>Runs a verification in a session of its own, where the repository can be written.</summary>
internal static class RepositoryVerification
{
    public static async Task<VerifyReport> VerifyAsync(
        VerifierParts parts,
        VerifyOptions options,
        IProgress<VerifyProgress>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Percent, 1, "percent");
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Percent, 100, "percent");
        if (options.Level != VerifyLevel.Packs || options.Backups.Count > 0)
        {
            parts.Keys.RequireUnlocked();
        }

        parts.Catalog.Use();
        var session = TryRegister(parts);
        try
        {
            return await new Verifier(parts, options, progress).RunAsync(session, cancellationToken);
        }
        finally
        {
            if (session is { } registered)
            {
                parts.Sessions.TryRemove(registered);
            }

            parts.Catalog.Release();
        }
    }

    public static VerifyStatus StatusOf(VerifierParts parts)
    {
        parts.Catalog.Use();
        try
        {
            var snapshot = RepositorySnapshot.Take(parts.Backend, parts.Catalog);
            var proofs = new ProofCatalog(parts.Backend, parts.RepositoryId);
            proofs.Load();
            var quarantine = QuarantineCatalog.Load(parts.Backend, parts.RepositoryId);
            return new VerifyStatus
            {
                Packs = LevelStatus.Of(snapshot, proofs, quarantine.Damage, VerifyLevel.Packs),
                Data = LevelStatus.Of(snapshot, proofs, quarantine.Damage, VerifyLevel.Data),
                QuarantinedRecords = quarantine.Damage.Records.Count,
                QuarantinedPacks = quarantine.Damage.Packs.Count,
                Harmed = [.. quarantine.Harmed.Values],
            };
        }
        finally
        {
            parts.Catalog.Release();
        }
    }

    /// <summary>Null where the repository cannot be written.</summary>
    private static SessionId? TryRegister(VerifierParts parts)
    {
        var session = new SessionId(parts.Ids.Next());
        try
        {
            parts.Sessions.Register(session, SessionKinds.Read, "verify");
            return session;
        }
        catch (RepositoryException)
        {
            return null;
        }
    }
}
