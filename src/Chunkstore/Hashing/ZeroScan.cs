namespace BackupEngine.Chunkstore.Hashing;

/// <summary>Tells whether bytes are all zero, at the speed of memory.</summary>
public static class ZeroScan
{
    /// <summary>Whether every byte is zero; an empty span is.</summary>
    public static bool IsZero(ReadOnlySpan<byte> bytes) => !bytes.ContainsAnyExcept((byte)0);
}
