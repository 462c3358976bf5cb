using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Sessions;

namespace BackupEngine.Benchmarks.Nowhere;

/// <summary>
/// A repository whose packs go nowhere: what is left of a backup is what the engine itself does. Everything else, which
/// is small, is in a directory. Nothing can be read back from it.
/// </summary>
internal sealed class PacklessBackend(IRepositoryBackend inner) : IRepositoryBackend
{
    public string Location => inner.Location;

    public IReadOnlyCollection<string> Fallbacks => inner.Fallbacks;

    public void Initialize() => inner.Initialize();

    public string Describe(ObjectName name) => inner.Describe(name);

    public IObjectWriter Create(ObjectName name, SessionId owner) =>
        name.Kind == ObjectKind.Pack ? new DroppedObject() : inner.Create(name, owner);

    public IObjectWriter CreateTicket(ObjectName name, SessionId owner) => inner.CreateTicket(name, owner);

    public void PublishSmall(ObjectName name, ReadOnlySpan<byte> bytes, SessionId owner) =>
        inner.PublishSmall(name, bytes, owner);

    public void FlushNames(IReadOnlyCollection<ObjectName> names) =>
        inner.FlushNames([.. names.Where(name => name.Kind != ObjectKind.Pack)]);

    public long? FindLength(ObjectName name) => inner.FindLength(name);

    public ValueTask<int> ReadAsync(
        ObjectName name, long offsetBytes, Memory<byte> destination, CancellationToken cancellationToken) =>
        inner.ReadAsync(name, offsetBytes, destination, cancellationToken);

    public IObjectReader? OpenRead(ObjectName name) => inner.OpenRead(name);

    public byte[] ReadAll(ObjectName name, int maximumBytes) => inner.ReadAll(name, maximumBytes);

    public IMappedObject Map(ObjectName name) => inner.Map(name);

    public IReadOnlyList<ObjectInfo> List(ObjectKind kind) => inner.List(kind);

    public bool Delete(ObjectName name) => inner.Delete(name);

    public bool Rename(ObjectName name, ObjectName newName) => inner.Rename(name, newName);

    public bool SetAside(ObjectName name) => inner.SetAside(name);

    public IReadOnlyList<SessionId> ListTemporaryOwners() => inner.ListTemporaryOwners();

    public int DeleteTemporary(SessionId owner) => inner.DeleteTemporary(owner);

    public void Dispose() => inner.Dispose();
}
