using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Database.Entities;

namespace BackupEngine.ControlPlane.Api.Listing;

/// <summary>What can be asked of the list of one kind of record.</summary>
internal sealed class ListResource<T>
    where T : class, IProjectRecord
{
    /// <summary>Name of the collection in addresses and answers.</summary>
    public required string Collection { get; init; }

    /// <summary>Columns by the names that clients use; an administrator may filter by each.</summary>
    public required IReadOnlyDictionary<string, ListColumn<T>> Columns { get; init; }

    /// <summary>The filters that everybody may use.</summary>
    public required IReadOnlyList<string> PublicFilters { get; init; }

    /// <summary>Who may see the list.</summary>
    public required PolicyRule Rule { get; init; }

    /// <summary>The refusal for a marker that is not there.</summary>
    public required Func<string, ApiFaultException> NotFound { get; init; }

    /// <summary>The version from which lists can be sorted by name; 0: always.</summary>
    public int SortByNameSince { get; init; }
}
