using BackupEngine.Chunkstore.Format;

namespace BackupEngine.Chunkstore.Packs;

/// <summary>The name of a pack, 128 bits, printed as 32 hexadecimal digits.</summary>
internal readonly record struct PackId(UInt128 Value)
{
    public static bool TryParse(string? text, out PackId id)
    {
        var ok = SortableId.TryParse(text, out var value);
        id = new PackId(value);
        return ok;
    }

    public override string ToString() => SortableId.Format(Value);
}
