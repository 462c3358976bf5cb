using System.Text.Json.Serialization.Metadata;
using BackupEngine.ControlPlane.Api.Answers;
using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Database.Entities;

namespace BackupEngine.ControlPlane.Api.Listing;

/// <summary>A page of a list.</summary>
/// <param name="Items">The records.</param>
/// <param name="HasNext">Whether there may be another page.</param>
/// <param name="Count">The number of all records that match; null where it was not asked for.</param>
internal sealed record RecordPage<T>(IReadOnlyList<T> Items, bool HasNext, int? Count)
    where T : class, IProjectRecord
{
    /// <summary>The page as an answer, each record as the view shows it.</summary>
    public ListAnswer<TView> ToAnswer<TView>(
        ApiRequest request,
        ListResource<T> resource,
        string suffix,
        Func<ApiRequest, T, TView> view,
        JsonTypeInfo<TView> type) =>
        new(resource.Collection, [.. Items.Select(item => view(request, item))], type)
        {
            Next = HasNext ? request.Links.Next(resource.Collection + suffix, Items[^1].Id) : [],
            Count = Count,
        };
}
