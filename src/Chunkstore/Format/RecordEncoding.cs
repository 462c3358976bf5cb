namespace BackupEngine.Chunkstore.Format;

/// <summary>How the body of a record is stored. The numbers are in the format.</summary>
internal enum RecordEncoding : byte
{
    /// <summary>As it is.</summary>
    Raw = 0,

    /// <summary>LZ4 block format.</summary>
    Lz4 = 1,
}
