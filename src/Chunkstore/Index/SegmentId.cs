using BackupEngine.Chunkstore.Format;

namespace BackupEngine.Chunkstore.Index;

/// <summary>
/// The name of an index segment, 128 bits, printed as 32 hexadecimal digits; the greater is the newer.
/// </summary>
internal readonly record struct SegmentId(UInt128 Value)
{
    public static bool TryParse(string? text, out SegmentId id)
    {
        var ok = SortableId.TryParse(text, out var value);
        id = new SegmentId(value);
        return ok;
    }

    public override string ToString() => SortableId.Format(Value);
}
