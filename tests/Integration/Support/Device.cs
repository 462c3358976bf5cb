using System.Security.Cryptography;

namespace BackupEngine.Integration.Support;

/// <summary>Writes and compares block devices.</summary>
public static class Device
{
    private const int PieceBytes = 1 << 20;

    /// <summary>Writes pseudo-random bytes, the same for the same seed.</summary>
    public static void Fill(string path, long offsetBytes, long lengthBytes, int seed)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        var random = new Random(seed);
        var piece = new byte[PieceBytes];
        for (var done = 0L; done < lengthBytes; done += PieceBytes)
        {
            random.NextBytes(piece);
            RandomAccess.Write(
                file, piece.AsSpan(0, (int)Math.Min(PieceBytes, lengthBytes - done)), offsetBytes + done);
        }

        RandomAccess.FlushToDisk(file);
    }

    /// <summary>
    /// SHA-256 of the whole device; of pieces that are zero only their place counts, which is quicker.
    /// </summary>
    public static string Hash(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var piece = new byte[PieceBytes];
        for (var index = 0L; file.ReadAtLeast(
            piece, PieceBytes, throwOnEndOfStream: false) is > 0 and var length; index++)
        {
            hash.AppendData(BitConverter.GetBytes(index));
            if (piece.AsSpan(0, length).ContainsAnyExcept((byte)0))
                hash.AppendData(piece, 0, length);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
