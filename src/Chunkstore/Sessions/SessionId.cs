using BackupEngine.Chunkstore.Format;

namespace BackupEngine.Chunkstore.Sessions;

/// <summary>The name of a session, 128 bits, printed as 32 hexadecimal digits.</summary>
public readonly record struct SessionId
{
    internal SessionId(UInt128 value) => Value = value;

    internal UInt128 Value { get; }

    internal static bool TryParse(string? text, out SessionId id)
    {
        var ok = SortableId.TryParse(text, out var value);
        id = new SessionId(value);
        return ok;
    }

    /// <summary>32 lower-case hexadecimal digits.</summary>
    public override string ToString() => SortableId.Format(Value);
}
