namespace BackupEngine.Chunkstore.Format;

/// <summary>By prefix, then by pack and offset, so that the bytes of a segment follow from its entries.</summary>
internal readonly struct IndexEntryOrder : IComparer<IndexEntry>
{
    public int Compare(IndexEntry x, IndexEntry y)
    {
        var order = x.Prefix.CompareTo(y.Prefix);
        order = order != 0 ? order : x.Pack.CompareTo(y.Pack);
        return order != 0 ? order : x.Offset.CompareTo(y.Offset);
    }

    /// <summary>Whether two entries are of one record.</summary>
    public static bool IsSamePlace(in IndexEntry x, in IndexEntry y) =>
        x.Prefix == y.Prefix && x.Pack == y.Pack && x.Offset == y.Offset;
}
