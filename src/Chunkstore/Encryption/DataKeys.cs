using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Hashing;
using BackupEngine.Chunkstore.Packs;

namespace BackupEngine.Chunkstore.Encryption;

/// <summary>
/// The keys that data are encrypted under, by epoch: one for each pack and for each sealed file. Safe to use from many
/// threads.
/// </summary>
internal sealed class DataKeys(MasterKey master, Guid repositoryId) : IDisposable
{
    /// <summary>Bytes of a salt.</summary>
    public const int SaltBytes = 32;

    /// <summary>The epoch that is written under from now on.</summary>
    public uint CurrentEpoch { get; set; } = KeyStore.FirstEpoch;

    private const int UuidBytes = 16;
    private const int KeptEpochs = 64;

    private readonly ConcurrentDictionary<uint, SecretBytes> _epochs = new();

    /// <summary>Derives the key of a pack.</summary>
    public void PackKey(PackId pack, uint epoch, Span<byte> output)
    {
        Span<byte> name = stackalloc byte[UuidBytes];
        BinaryPrimitives.WriteUInt128BigEndian(name, pack.Value);
        Derive(KeyContexts.Pack, epoch, name, output);
    }

    /// <summary>
    /// Encrypts the private part of a small file under a key of its own: a random salt, the encrypted bytes, and the
    /// tag.
    /// </summary>
    /// <param name="epoch">The epoch, which the file states in the clear.</param>
    /// <param name="associated">What stands in the clear before the sealed bytes, and may not be changed.</param>
    /// <param name="plain">What is private.</param>
    /// <param name="sealedBytes">Receives <see cref="SealedLength"/> bytes.</param>
    public void Seal(uint epoch, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> plain, Span<byte> sealedBytes)
    {
        var fields = new FieldWriter(sealedBytes[..SealedLength(plain.Length)]);
        var salt = fields.Take(SaltBytes);
        RandomNumberGenerator.Fill(salt);
        using var cipher = SealedFileCipher(epoch, salt);
        cipher.Encrypt(ZeroNonce, plain, fields.Take(plain.Length), fields.Take(RecordSeal.TagBytes), associated);
        fields.End();
    }

    /// <summary>Decrypts what <see cref="Seal"/> made; null where any of it is not what was written.</summary>
    public byte[]? TryOpen(uint epoch, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> sealedBytes)
    {
        if (sealedBytes.Length < SealedLength(0))
        {
            return null;
        }

        var plain = new byte[sealedBytes.Length - SealedLength(0)];
        using var cipher = SealedFileCipher(epoch, sealedBytes[..SaltBytes]);
        try
        {
            cipher.Decrypt(
                ZeroNonce,
                sealedBytes.Slice(SaltBytes, plain.Length),
                sealedBytes[(SaltBytes + plain.Length)..],
                plain,
                associated);
            return plain;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    /// <summary>Bytes that <paramref name="plainLength"/> bytes have when they are sealed.</summary>
    public static int SealedLength(int plainLength) => SaltBytes + plainLength + RecordSeal.TagBytes;

    public void Dispose()
    {
        foreach (var key in _epochs.Values)
        {
            key.Dispose();
        }
    }

    /// <summary>Every key from a salt encrypts one thing only, so its nonce may always be the same.</summary>
    private static ReadOnlySpan<byte> ZeroNonce => new byte[RecordSeal.NonceBytes];

    private AesGcm SealedFileCipher(uint epoch, ReadOnlySpan<byte> salt)
    {
        Span<byte> key = stackalloc byte[MasterKey.SizeBytes];
        Derive(KeyContexts.SealedFile, epoch, salt, key);
        var cipher = new AesGcm(key, RecordSeal.TagBytes);
        key.Clear();
        return cipher;
    }

    private void Derive(string context, uint epoch, ReadOnlySpan<byte> name, Span<byte> output)
    {
        Span<byte> material = stackalloc byte[MasterKey.SizeBytes + UuidBytes + SaltBytes];
        material = material[..(MasterKey.SizeBytes + UuidBytes + name.Length)];
        var fields = new FieldWriter(material);
        fields.Bytes(EpochKey(epoch).Bytes);
        fields.Uuid(repositoryId);
        fields.Bytes(name);
        fields.End();
        Blake3.DeriveKey(context, material, output);
        material.Clear();
    }

    /// <summary>Epochs come from files that may say anything: what is kept of them is bounded.</summary>
    private SecretBytes EpochKey(uint epoch)
    {
        if (_epochs.TryGetValue(epoch, out var known))
        {
            return known;
        }

        var derived = master.DataKey(epoch);
        return _epochs.Count < KeptEpochs ? _epochs.GetOrAdd(epoch, derived) : derived;
    }
}
