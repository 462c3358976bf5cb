namespace BackupEngine.Chunkstore.Index;

/// <summary>Sorted prefixes, by position.</summary>
internal interface IPrefixes
{
    /// <summary>The prefix at a position.</summary>
    UInt128 PrefixAt(long position);
}
