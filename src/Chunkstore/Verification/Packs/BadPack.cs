using BackupEngine.Chunkstore.Packs;

namespace BackupEngine.Chunkstore.Verification.Packs;

/// <summary>A pack that nothing new may rely on.</summary>
/// <param name="Pack">The pack.</param>
/// <param name="IsLost">Whether none of its records can be read; else only the parts around them are damaged.</param>
/// <param name="Reason">What is wrong.</param>
internal sealed record BadPack(PackId Pack, bool IsLost, string Reason);
