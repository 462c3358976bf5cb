namespace BackupEngine.Chunkstore.Hashing;

/// <summary>What stays the same all over one tree: the key, the flags of the mode, the kernel.</summary>
internal readonly struct Blake3Mode(Blake3Words key, uint flags, Blake3Kernel kernel)
{
    public readonly Blake3Words Key = key;

    /// <summary>Flags that every block of the tree carries.</summary>
    public readonly uint Flags = flags;

    public readonly Blake3Kernel Kernel = kernel;

    public static Blake3Mode Plain(Blake3Kernel kernel) => new(Blake3Words.InitialValue(), 0, kernel);

    /// <exception cref="ArgumentException">The key has not 32 bytes.</exception>
    public static Blake3Mode Keyed(ReadOnlySpan<byte> key, Blake3Kernel kernel) =>
        key.Length == Blake3Constants.KeyBytes
            ? new(Blake3Words.Read(key), Blake3Constants.KeyedHash, kernel)
            : throw new ArgumentException($"A key has 32 bytes, not {key.Length}.", nameof(key));
}
