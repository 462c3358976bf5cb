namespace BackupEngine.Chunkstore.Format;

/// <summary>
/// The magic numbers: eight ASCII letters (four for records and tree nodes, of which there are many), "BE" first, the
/// kind after it.
/// </summary>
internal static class Magic
{
    /// <summary>First bytes of a pack.</summary>
    public static ReadOnlySpan<byte> PackHeader => "BEPACKHD"u8;

    /// <summary>Last bytes of a pack.</summary>
    public static ReadOnlySpan<byte> PackTrailer => "BEPACKTL"u8;

    /// <summary>First bytes of a record in a pack: what a forward scan looks for.</summary>
    public static ReadOnlySpan<byte> Record => "BErc"u8;

    /// <summary>First bytes of a manifest tree node.</summary>
    public static ReadOnlySpan<byte> Node => "BEtn"u8;

    /// <summary>First bytes of an index segment.</summary>
    public static ReadOnlySpan<byte> IndexHeader => "BEINDXHD"u8;

    /// <summary>Last bytes of an index segment.</summary>
    public static ReadOnlySpan<byte> IndexTrailer => "BEINDXTL"u8;

    /// <summary>First bytes of a list of proofs.</summary>
    public static ReadOnlySpan<byte> Proofs => "BEPROOFS"u8;

    /// <summary>First bytes of the files of garbage collection.</summary>
    public static ReadOnlySpan<byte> Collection => "BECOLLEC"u8;

    /// <summary>First bytes of a checkpoint.</summary>
    public static ReadOnlySpan<byte> Checkpoint => "BECHKPNT"u8;

    /// <summary>First bytes of a manifest.</summary>
    public static ReadOnlySpan<byte> Manifest => "BEMANIFS"u8;
}
