using System.Globalization;
using System.Numerics;
using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Api.Versions;

namespace BackupEngine.ControlPlane.Api.Listing;

/// <summary>Reads the parameters of a list; every refusal has the text that clients know.</summary>
internal static class ListQueryReader
{
    private const int WithCountSince = 45;
    private const string AllTenants = "all_tenants";
    private const string WithCount = "with_count";

    private static readonly string[] Known = ["limit", "marker", "offset", "sort", "sort_key", "sort_dir", AllTenants];

    /// <summary>Reads the query.</summary>
    /// <exception cref="ApiFaultException">400: a parameter is not what it must be.</exception>
    public static ListQuery Read(IQueryCollection query, Microversion version, bool isAdmin)
    {
        var withCount = version.Has(WithCountSince) && query.ContainsKey(WithCount);
        return new ListQuery
        {
            Limit = ReadLimit(query),
            Offset = ReadOffset(query),
            Marker = Value(query, "marker"),
            Sort = ReadSort(query),
            WithCount = withCount && ReadTruth(Value(query, WithCount)!, WithCountError),
            AllTenants = isAdmin && Value(query, AllTenants) is { } all && ReadTruth(all, AllTenantsError),
            Filters = [.. ReadFilters(query, withCount)],
        };
    }

    private static IEnumerable<KeyValuePair<string, string>> ReadFilters(IQueryCollection query, bool withCount) =>
        query.Where(parameter => !Known.Contains(parameter.Key, StringComparer.Ordinal))
        .Where(parameter => !(withCount && parameter.Key == WithCount))
        .Select(parameter => KeyValuePair.Create(parameter.Key, parameter.Value.ToString()));

    private static int ReadLimit(IQueryCollection query)
    {
        if (Value(query, "limit") is not { } text)
            return ListQuery.MaxLimit;
        if (!TryReadInteger(text, out var limit))
            throw Fault.BadRequest("limit param must be an integer");
        if (limit < 0)
            throw Fault.BadRequest("limit param must be positive");
        return (int)BigInteger.Min(limit, ListQuery.MaxLimit);
    }

    private static int ReadOffset(IQueryCollection query)
    {
        if (Value(query, "offset") is not { } text)
            return 0;
        if (!TryReadInteger(text, out var offset))
            throw Fault.BadRequest("offset must be an integer");
        if (offset < 0)
            throw Fault.BadRequest("offset must be >= 0");
        return offset <= int.MaxValue ? (int)offset : throw Fault.BadRequest($"offset must be <= {int.MaxValue}");
    }

    private static List<(string Key, bool Descending)> ReadSort(IQueryCollection query)
    {
        if (Value(query, "sort") is not { } sort)
            return [(Value(query, "sort_key")?.Trim() ?? "created_at", IsDescending(Value(query, "sort_dir")))];
        if (query.ContainsKey("sort_key") || query.ContainsKey("sort_dir"))
            throw Fault.BadRequest(
                "The 'sort_key' and 'sort_dir' parameters are deprecated and cannot be used with the 'sort' " +
                "parameter.");
        return [.. sort.Trim().Split(',').Select(part => part.Split(':', 2)).Select(part =>
            (part[0].Trim(), IsDescending(part.Length > 1 && part[1].Length > 0 ? part[1] : null)))];
    }

    private static bool IsDescending(string? direction) => direction?.Trim() switch
    {
        null or "desc" => true,
        "asc" => false,
        _ => throw Fault.InvalidInput("Unknown sort direction, must be 'desc' or 'asc'."),
    };

    private static bool ReadTruth(string text, Func<string, string> error) =>
        QueryTruth.TryRead(text, out var truth) ? truth : throw Fault.BadRequest(error(text));

    private static string WithCountError(string text) => $"Value '{text}' for 'with_count' is not a boolean.";

    private static string AllTenantsError(string text) => $"all_tenants must be a boolean, got '{text}'.";

    private static bool TryReadInteger(string text, out BigInteger number) => BigInteger.TryParse(
        text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);

    private static string? Value(IQueryCollection query, string name) =>
        query.TryGetValue(name, out var values) && values.Count > 0 ? values[^1] : null;
}
