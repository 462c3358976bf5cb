using System.Security.Cryptography;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Packs;

namespace BackupEngine.Chunkstore.Encryption;

/// <summary>A cipher for reading one pack, to be used by one thread at a time.</summary>
internal sealed class PackCipher(AesGcm cipher, PackId pack, uint epoch) : IDisposable
{
    /// <summary>Whether it is the one for that pack and epoch.</summary>
    public bool Fits(PackId otherPack, uint otherEpoch) => pack == otherPack && epoch == otherEpoch;

    /// <summary>Decrypts a body; false, and nothing of it, where the record is not what was written.</summary>
    public bool TryOpen(ReadOnlySpan<byte> record, in RecordHeader header, Span<byte> encoded)
    {
        var body = record.Slice(RecordHeader.SizeBytes, header.StoredLength);
        var seal = body[header.EncodedLength..];
        try
        {
            cipher.Decrypt(
                RecordSeal.Nonce(seal),
                body[..header.EncodedLength],
                RecordSeal.Tag(seal),
                encoded,
                record[..RecordHeader.AuthenticatedBytes]);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    public void Dispose() => cipher.Dispose();
}
