namespace BackupEngine.ControlPlane.Api.Bodies;

/// <summary>
/// One value of a request's body. Objects keep the order of their fields; of a field given twice the last counts.
/// </summary>
internal sealed class BodyValue
{
    /// <summary>One for all: a body of the largest size has tens of thousands of values.</summary>
    private static readonly OrderedDictionary<string, BodyValue> None = [];

    /// <summary>The value <c>null</c>.</summary>
    public static readonly BodyValue Null = new(BodyKind.Null);

    private BodyValue(BodyKind kind) => Kind = kind;

    /// <summary>What it is.</summary>
    public BodyKind Kind { get; }

    /// <summary>Of a string its contents, of a number its digits as sent; empty otherwise.</summary>
    public string Text { get; private init; } = "";

    /// <summary>Of a boolean.</summary>
    public bool Truth { get; private init; }

    /// <summary>Of an array.</summary>
    public IReadOnlyList<BodyValue> Items { get; private init; } = [];

    /// <summary>Of an object.</summary>
    public OrderedDictionary<string, BodyValue> Fields { get; private init; } = None;

    /// <summary>A field of an object; null where it is absent or is <c>null</c>.</summary>
    public BodyValue? this[string field] =>
        Fields.TryGetValue(field, out var value) && value.Kind != BodyKind.Null ? value : null;

    /// <summary>A string.</summary>
    public static BodyValue OfText(string text) => new(BodyKind.Text) { Text = text };

    /// <summary>A number, by its digits.</summary>
    public static BodyValue OfNumber(string digits) =>
        new(digits.AsSpan().ContainsAny('.', 'e', 'E') ? BodyKind.Fraction : BodyKind.Integer) { Text = digits };

    /// <summary>A boolean.</summary>
    public static BodyValue OfTruth(bool truth) => new(BodyKind.Truth) { Truth = truth };

    /// <summary>An array.</summary>
    public static BodyValue OfItems(IReadOnlyList<BodyValue> items) => new(BodyKind.List) { Items = items };

    /// <summary>An object.</summary>
    public static BodyValue OfFields(OrderedDictionary<string, BodyValue> fields) =>
        new(BodyKind.Object) { Fields = fields };
}
