using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Sessions;

namespace BackupEngine.Chunkstore.Verification.Rebuild;

/// <summary>
/// Whether a file may belong to a session that is registered. Such a session may still take its packs back, because
/// nobody else knows of them: an index that named them would make others rely on what is about to go.
/// </summary>
internal sealed class UnnamedPacks(IEnumerable<SessionId> sessions)
{
    private readonly SessionId[] _sessions = [.. sessions];

    /// <summary>Whether a session may own a pack.</summary>
    public bool MayBeOwned(PackId pack) => MayBeOwned(pack.Value);

    /// <summary>
    /// Whether a session may own the file of an id: it is of the same writer, and was named after the session.
    /// </summary>
    public bool MayBeOwned(UInt128 id) => _sessions.Any(
        session => WriterOf(session.Value) == WriterOf(id) && CounterOf(session.Value) < CounterOf(id));

    private static ulong WriterOf(UInt128 id) => (ulong)(id >> 32) & 0xFFFF_FFFF_FFFF;

    private static uint CounterOf(UInt128 id) => (uint)(ulong)id;
}
