namespace BackupEngine.Chunkstore.Encryption;

/// <summary>Writes every byte of a secret.</summary>
internal delegate void FillBytes(Span<byte> bytes);
