using System.Security.Cryptography;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Packs;

namespace BackupEngine.Chunkstore.Encryption;

/// <summary>
/// Decrypts records of a repository. Keeps a bounded number of ciphers, so that records of one pack one after another
/// allocate nothing. Safe to use from many threads.
/// </summary>
internal sealed class RecordOpener(DataKeys keys) : IDisposable
{
    private readonly PackCipher?[] _kept = new PackCipher?[64];
    private volatile bool _disposed;

    /// <summary>Decrypts the body of a record whose checksum is right.</summary>
    /// <param name="pack">The pack that it lies in.</param>
    /// <param name="record">The record.</param>
    /// <param name="header">Its header; it says that the body is encrypted.</param>
    /// <param name="encoded">Receives the body: exactly its <see cref="RecordHeader.EncodedLength"/>.</param>
    /// <returns>False where the record is not what was written into that pack; nothing of it is given out.</returns>
    public bool TryOpen(PackId pack, ReadOnlySpan<byte> record, in RecordHeader header, Span<byte> encoded)
    {
        var seal = record.Slice(RecordHeader.SizeBytes + header.EncodedLength, RecordSeal.SizeBytes);
        var epoch = RecordSeal.Epoch(seal);
        ref var place = ref _kept[(uint)(pack.GetHashCode() ^ Environment.CurrentManagedThreadId) % _kept.Length];
        var cipher = Interlocked.Exchange(ref place, null);
        if (cipher?.Fits(pack, epoch) != true)
        {
            cipher?.Dispose();
            cipher = Make(pack, epoch);
        }

        var opened = cipher.TryOpen(record, header, encoded);
        Interlocked.Exchange(ref place, cipher)?.Dispose();
        if (_disposed)
        {
            Dispose();
        }

        return opened;
    }

    public void Dispose()
    {
        _disposed = true;
        for (var i = 0; i < _kept.Length; i++)
        {
            Interlocked.Exchange(ref _kept[i], null)?.Dispose();
        }
    }

    private PackCipher Make(PackId pack, uint epoch)
    {
        Span<byte> key = stackalloc byte[MasterKey.SizeBytes];
        keys.PackKey(pack, epoch, key);
        var cipher = new AesGcm(key, RecordSeal.TagBytes);
        key.Clear();
        return new PackCipher(cipher, pack, epoch);
    }
}
