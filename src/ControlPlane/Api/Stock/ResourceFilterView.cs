namespace BackupEngine.ControlPlane.Api.Stock;

/// <summary>By what everybody may filter a list.</summary>
/// <param name="Resource">Kind of record.</param>
/// <param name="Filters">Names of the filters.</param>
internal sealed record ResourceFilterView(string Resource, IReadOnlyList<string> Filters);
