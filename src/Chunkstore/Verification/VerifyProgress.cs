using System.Runtime.InteropServices;

namespace BackupEngine.Chunkstore.Verification;

/// <summary>How far a verification is with the packs.</summary>
/// <param name="DoneBytes">Bytes of packs read.</param>
/// <param name="TotalBytes">Bytes of packs to be read.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct VerifyProgress(long DoneBytes, long TotalBytes);
