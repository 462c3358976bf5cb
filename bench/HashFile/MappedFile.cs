using BackupEngine.Chunkstore.Hashing;

namespace BackupEngine.HashFile;

/// <summary>Hashes a file that is mapped into memory, as the data plane's code hashes a stream.</summary>
internal static class MappedFile
{
    private const int PieceBytes = 4 << 20;

    /// <summary>Linux maps the neighbours of a page that is touched, 64 KiB at a time.</summary>
    private const int FaultAroundBytes = 64 << 10;

    /// <summary>The digest in hexadecimal; the mapping stays the caller's.</summary>
    public static unsafe string Digest(nint address, long lengthBytes)
    {
        var hasher = Blake3Hasher.Create();
        for (var done = 0L; done < lengthBytes; done += PieceBytes)
        {
            var piece = new ReadOnlySpan<byte>(
                (byte*)address + done, (int)Math.Min(PieceBytes, lengthBytes - done));
            Touch(piece);
            hasher.Update(piece);
        }

        Span<byte> digest = stackalloc byte[Blake3.DigestBytes];
        hasher.Finish(digest);
        return Convert.ToHexStringLower(digest);
    }

    /// <summary>Maps the piece before it is hashed: prefetching stops at pages that are not mapped.</summary>
    private static void Touch(ReadOnlySpan<byte> piece)
    {
        for (var at = 0; at < piece.Length; at += FaultAroundBytes)
        {
            _ = Volatile.Read(in piece[at]);
        }
    }
}
