using System.Buffers.Binary;
using BackupEngine.Chunkstore.Hashing;

namespace BackupEngine.Chunkstore.Encryption;

/// <summary>
/// The one random key of an encrypted repository, from which all others come. It is stored only wrapped, in key slots.
/// </summary>
internal sealed class MasterKey(SecretBytes key) : IDisposable
{
    /// <summary>Bytes of the master key, and of every key that comes from it.</summary>
    public const int SizeBytes = 32;

    /// <summary>A new one, from the operating system's random numbers.</summary>
    public static MasterKey Create() => new(SecretBytes.Random(SizeBytes));

    /// <summary>The key itself, to be wrapped.</summary>
    public ReadOnlySpan<byte> Bytes => key.Bytes;

    /// <summary>The key that ids are made with.</summary>
    public byte[] IdKey() => Derive(KeyContexts.IdKey);

    /// <summary>The key that epochs are signed with.</summary>
    public byte[] EpochsKey() => Derive(KeyContexts.Epochs);

    /// <summary>The data key of an epoch.</summary>
    public SecretBytes DataKey(uint epoch) => SecretBytes.Make(SizeBytes, output =>
    {
        Span<byte> material = stackalloc byte[SizeBytes + sizeof(uint)];
        key.Bytes.CopyTo(material);
        BinaryPrimitives.WriteUInt32LittleEndian(material[SizeBytes..], epoch);
        Blake3.DeriveKey(KeyContexts.DataKey, material, output);
        material.Clear();
    });

    public override string ToString() => "(master key)";

    public void Dispose() => key.Dispose();

    private byte[] Derive(string context)
    {
        var derived = GC.AllocateArray<byte>(SizeBytes, pinned: true);
        Blake3.DeriveKey(context, key.Bytes, derived);
        return derived;
    }
}
