using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Manifests;

namespace BackupEngine.Chunkstore.Verification;

/// <summary>The manifests of a repository, those that cannot be read among them.</summary>
internal sealed class ManifestSet
{
    /// <summary>Those that can be read.</summary>
    public List<Manifest> Readable { get; } = [];

    /// <summary>Those that cannot, by their names, with the reason.</summary>
    public List<(string BackupId, VerifyFault Fault)> Damaged { get; } = [];

    /// <summary>Reads all manifests.</summary>
    public static ManifestSet Read(VerifierParts parts)
    {
        var set = new ManifestSet();
        foreach (var info in parts.Backend.List(ObjectKind.Manifest))
        {
            if (BackupId.TryParse(info.Name, out var id))
            {
                set.Read(parts, id);
            }
        }

        return set;
    }

    /// <summary>Finds those that are damaged, which needs no key; reads none.</summary>
    public static ManifestSet CheckWithoutKey(VerifierParts parts)
    {
        var set = new ManifestSet();
        foreach (var info in parts.Backend.List(ObjectKind.Manifest))
        {
            if (BackupId.TryParse(info.Name, out var id))
            {
                set.Try(parts, id, () => parts.Manifests.CheckStored(id));
            }
        }

        return set;
    }

    private void Read(VerifierParts parts, BackupId id) => Try(parts, id, () =>
    {
        var manifest = parts.Manifests.Get(id);
        manifest.Root.Shape.ThrowIfInvalid();
        Readable.Add(manifest);
    });

    private void Try(VerifierParts parts, BackupId id, Action check)
    {
        try
        {
            check();
        }
        catch (BackupNotFoundException)
        {
            // Deleted meanwhile.
        }
        catch (Exception exception) when (exception is RepositoryException or ArgumentException)
        {
            var file = parts.Backend.Describe(new ObjectName(ObjectKind.Manifest, id.Value));
            Damaged.Add((id.Value, new VerifyFault
            {
                Kind = FaultKind.Manifest,
                File = file,
                Message = exception.Message,
            }));
        }
    }
}
