using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Sessions;

namespace BackupEngine.Chunkstore.Verification.Proofs;

/// <summary>
/// What was proven when, of every pack: a few immutable files, of which the latest proof counts. A file that cannot be
/// read proves nothing.
/// </summary>
internal sealed class ProofCatalog(IRepositoryBackend backend, Guid repositoryId)
{
    /// <summary>Files from which on they are put together into one.</summary>
    private const int MaximumFiles = 8;

    private readonly Dictionary<PackId, PackProof> _proofs = [];
    private readonly List<ObjectName> _files = [];

    /// <summary>Files that cannot be read, each with the reason.</summary>
    public List<VerifyFault> Faults { get; } = [];

    /// <summary>Reads what is there.</summary>
    public void Load()
    {
        foreach (var info in backend.List(ObjectKind.Proof).Where(info => SortableId.TryParse(info.Name, out _)))
        {
            Load(new ObjectName(ObjectKind.Proof, info.Name));
        }
    }

    /// <summary>The proof of a pack.</summary>
    public PackProof Of(PackId pack) => _proofs.GetValueOrDefault(pack);

    /// <summary>Keeps new proofs, and forgets packs that are no more there when files are put together.</summary>
    /// <param name="proven">What was proven now.</param>
    /// <param name="exists">Whether a pack is there.</param>
    /// <param name="id">Name for the new file.</param>
    /// <param name="owner">The session.</param>
    public void Save(
        IReadOnlyDictionary<PackId, PackProof> proven, Func<PackId, bool> exists, UInt128 id, SessionId owner)
    {
        if (proven.Count == 0)
        {
            return;
        }

        foreach (var (pack, proof) in proven)
        {
            _proofs[pack] = Of(pack).Or(proof);
        }

        var isTogether = _files.Count + 1 >= MaximumFiles;
        var saved = isTogether ? _proofs.Where(proof => exists(proof.Key)).ToDictionary() : proven;
        var name = new ObjectName(ObjectKind.Proof, SortableId.Format(id));
        backend.PublishSmall(name, ProofFile.Write(repositoryId, [.. saved]), owner);
        if (isTogether)
        {
            _files.ForEach(file => backend.Delete(file));
            _files.Clear();
        }

        _files.Add(name);
    }

    private void Load(ObjectName name)
    {
        try
        {
            var bytes = backend.ReadAll(name, ProofFile.MaximumBytes);
            foreach (var (pack, proof) in ProofFile.Read(bytes, repositoryId, backend.Describe(name)))
            {
                _proofs[pack] = Of(pack).Or(proof);
            }

            _files.Add(name);
        }
        catch (ObjectMissingException)
        {
            // Another verification has put it together with others just now.
        }
        catch (RepositoryException exception) when (exception is CorruptDataException or RepositoryFormatException)
        {
            Faults.Add(new VerifyFault
            {
                Kind = FaultKind.Note,
                File = backend.Describe(name),
                Message = "A list of proofs cannot be read, so the packs in it count as never proven. "
                    + exception.Message,
            });
        }
    }
}
