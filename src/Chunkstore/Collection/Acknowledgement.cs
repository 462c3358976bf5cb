using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Sessions;

namespace BackupEngine.Chunkstore.Collection;

/// <summary>
/// What a session says to a generation. It stays until the generation is done, also when the session has ended: its
/// pins keep what its backup inherited while the collector lists one thing after the other.
/// </summary>
/// <param name="Session">The session.</param>
/// <param name="Vetoes">Condemned packs that it relies on.</param>
/// <param name="Pins">Roots that it builds on.</param>
internal sealed record Acknowledgement(
    SessionId Session, IReadOnlyCollection<PackId> Vetoes, IReadOnlyCollection<PinnedRoot> Pins);
