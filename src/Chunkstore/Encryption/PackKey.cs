using System.Buffers.Binary;
using System.Security.Cryptography;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Packs;

namespace BackupEngine.Chunkstore.Encryption;

/// <summary>
/// The key of a pack that is being written, and the only source of its nonces. Many lanes encrypt under it at the same
/// time, each with a cipher of its own.
/// </summary>
/// <remarks>
/// A nonce is 8 random bytes, drawn for this pack alone, and a counter. The counter is what makes nonces differ; the
/// random bytes keep two packs apart that got the same id, as after a running machine was copied.
/// </remarks>
internal sealed class PackKey : IDisposable
{
    private const int PrefixBytes = RecordSeal.NonceBytes - sizeof(uint);

    private readonly Lock _lock = new();
    private readonly SecretBytes _key;
    private readonly ulong _prefix;
    private long _taken;
    private bool _disposed;

    /// <param name="keys">Where its key comes from.</param>
    /// <param name="pack">The pack.</param>
    /// <param name="epoch">The epoch of its data key.</param>
    public PackKey(DataKeys keys, PackId pack, uint epoch)
    {
        Span<byte> prefix = stackalloc byte[PrefixBytes];
        RandomNumberGenerator.Fill(prefix);
        _prefix = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        _key = SecretBytes.Make(MasterKey.SizeBytes, output => keys.PackKey(pack, epoch, output));
        Epoch = epoch;
    }

    /// <summary>The epoch of the data key.</summary>
    public uint Epoch { get; }

    /// <summary>Writes a nonce that no one else gets.</summary>
    /// <exception cref="InvalidOperationException">All have been used: a defect, as a pack has far fewer
    /// records.</exception>
    public void TakeNonce(Span<byte> nonce)
    {
        var number = Interlocked.Increment(ref _taken) - 1;
        if (number > uint.MaxValue)
        {
            throw new InvalidOperationException("A pack has used all of its nonces.");
        }

        BinaryPrimitives.WriteUInt64LittleEndian(nonce, _prefix);
        BinaryPrimitives.WriteUInt32LittleEndian(nonce[PrefixBytes..], (uint)number);
    }

    /// <summary>A cipher of this key for one lane; null when the pack is ended and its key gone.</summary>
    public AesGcm? TryMakeCipher()
    {
        lock (_lock)
        {
            return _disposed ? null : new AesGcm(_key.Bytes, RecordSeal.TagBytes);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _key.Dispose();
        }
    }

    public override string ToString() => "(pack key)";
}
