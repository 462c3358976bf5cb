using System.Security.Cryptography;
using BackupEngine.Chunkstore.Format;

namespace BackupEngine.Chunkstore.Encryption;

/// <summary>Encrypts records for one lane; makes a cipher for each pack, nothing for a record.</summary>
internal sealed class RecordSealer : IDisposable
{
    private PackKey? _key;
    private AesGcm? _cipher;

    /// <summary>
    /// Encrypts a body into its record, whose header up to the checksum stands there already and is bound to it.
    /// </summary>
    /// <returns>False when the pack of that key was ended meanwhile: the record is of no use.</returns>
    public bool TrySeal(PackKey key, in RecordHeader header, ReadOnlySpan<byte> encoded, Span<byte> record)
    {
        if (!TryUse(key))
        {
            return false;
        }

        var body = record.Slice(RecordHeader.SizeBytes, header.StoredLength);
        var seal = body[encoded.Length..];
        RecordSeal.SetEpoch(seal, key.Epoch);
        key.TakeNonce(RecordSeal.Nonce(seal));
        _cipher!.Encrypt(
            RecordSeal.Nonce(seal),
            encoded,
            body[..encoded.Length],
            RecordSeal.Tag(seal),
            record[..RecordHeader.AuthenticatedBytes]);
        return true;
    }

    public void Dispose()
    {
        _cipher?.Dispose();
        _cipher = null;
        _key = null;
    }

    private bool TryUse(PackKey key)
    {
        if (ReferenceEquals(_key, key))
        {
            return true;
        }

        Dispose();
        _cipher = key.TryMakeCipher();
        _key = _cipher is null ? null : key;
        return _cipher is not null;
    }
}
