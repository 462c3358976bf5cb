namespace BackupEngine.ControlPlane.Api.Bodies;

/// <summary>The fields that many bodies have, and how they are read.</summary>
internal static class BodyFields
{
    /// <summary>A name.</summary>
    public static readonly Schema Name = new TextSchema();

    /// <summary>A description.</summary>
    public static readonly Schema Description = new TextSchema { Printable = true };

    /// <summary>A name whose length counts without blanks at its ends.</summary>
    public static readonly Schema TrimmedName = new TextSchema { TrimmedName = "name" };

    /// <summary>A description whose length counts without blanks at its ends.</summary>
    public static readonly Schema TrimmedDescription = new TextSchema { TrimmedName = "description" };

    /// <summary>Metadata, or none.</summary>
    public static readonly Schema Metadata = new MetadataSchema { Nullable = true };

    /// <summary>An id that must be there.</summary>
    public static readonly Schema Uuid = new UuidSchema();

    /// <summary>An id, or none.</summary>
    public static readonly Schema UuidOrNull = new UuidSchema { Nullable = true };

    /// <summary>A boolean.</summary>
    public static readonly Schema Truth = new TruthSchema();

    /// <summary>Whatever it is.</summary>
    public static readonly Schema Anything = new AnySchema();

    /// <summary>The text of a field without blanks at its ends; null where it is absent or <c>null</c>.</summary>
    public static string? ReadTrimmed(BodyValue value, string field) => value[field]?.Text.Trim();

    /// <summary>The text of a field as it is; null where it is absent or <c>null</c>.</summary>
    public static string? ReadText(BodyValue value, string field) => value[field]?.Text;
}
