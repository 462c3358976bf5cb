namespace BackupEngine.ControlPlane.Api.Listing;

/// <summary>What a request for a list asks for.</summary>
internal sealed record ListQuery
{
    /// <summary>The most records of a page, also where the request asks for more or says nothing.</summary>
    public const int MaxLimit = 1000;

    /// <summary>The most records of this page.</summary>
    public required int Limit { get; init; }

    /// <summary>Records that are left out at the beginning.</summary>
    public required int Offset { get; init; }

    /// <summary>The last record of the page before, as sent; null: from the beginning.</summary>
    public required string? Marker { get; init; }

    /// <summary>What is sorted by, in order.</summary>
    public required IReadOnlyList<(string Key, bool Descending)> Sort { get; init; }

    /// <summary>Whether the number of all records is to be told.</summary>
    public required bool WithCount { get; init; }

    /// <summary>Whether the records of every project are asked for; heeded for administrators only.</summary>
    public required bool AllTenants { get; init; }

    /// <summary>Everything else.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Filters { get; init; }
}
