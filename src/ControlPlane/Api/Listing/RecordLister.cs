using System.Linq.Expressions;
using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Database.Entities;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Api.Listing;

/// <summary>Finds one page of a list: the caller's records, filtered, sorted, from the marker on.</summary>
internal static class RecordLister
{
    private const int StrictFiltersSince = 31;
    private const int LikeFiltersSince = 34;

    /// <summary>Finds the page that a request asks for.</summary>
    public static Task<RecordPage<T>> ListAsync<T>(
        IQueryable<T> records, ListResource<T> resource, ApiRequest request, CancellationToken cancellationToken)
        where T : class, IProjectRecord
    {
        request.Require(resource.Rule);
        var query = Read(request);
        return ListAsync(
            InScope(records, query, request), records.InScopeOf(request.Caller), resource, request, query,
            cancellationToken);
    }

    /// <summary>The same of records that are all the caller's to see.</summary>
    public static Task<RecordPage<T>> ListScopedAsync<T>(
        IQueryable<T> records, ListResource<T> resource, ApiRequest request, CancellationToken cancellationToken)
        where T : class, IProjectRecord =>
        ListAsync(records, records, resource, request, Read(request), cancellationToken);

    private static ListQuery Read(ApiRequest request) =>
        ListQueryReader.Read(request.Http.Request.Query, request.Version, request.Caller.IsAdmin);

    private static async Task<RecordPage<T>> ListAsync<T>(
        IQueryable<T> records,
        IQueryable<T> markers,
        ListResource<T> resource,
        ApiRequest request,
        ListQuery query,
        CancellationToken cancellationToken)
        where T : class, IProjectRecord
    {
        var sort = CompleteSort(resource, query, request);
        var matching = Filter(records, resource, query, request);
        var count = query.WithCount ? await matching.CountAsync(cancellationToken) : (int?)null;
        var rest = query.Marker is { } marker
            ? matching.Where(After(sort, await FindMarkerAsync(markers, resource, marker, cancellationToken)))
            : matching;
        var items = await Sort(rest, sort).Skip(query.Offset).Take(query.Limit).ToListAsync(cancellationToken);
        return new RecordPage<T>(items, HasNext: items.Count > 0 && query.Limit <= items.Count, count);
    }

    private static IQueryable<T> InScope<T>(IQueryable<T> records, ListQuery query, ApiRequest request)
        where T : class, IProjectRecord
    {
        var project = request.Caller.ProjectId;
        var existing = records.AsNoTracking().Where(record => record.DeletedAt == null);
        return query.AllTenants ? existing : existing.Where(record => record.ProjectId == project);
    }

    private static IQueryable<T> Filter<T>(
        IQueryable<T> rows, ListResource<T> resource, ListQuery query, ApiRequest request)
        where T : class, IProjectRecord
    {
        if (!request.Caller.IsAdmin)
            RefuseUnknown(resource, query, request);
        foreach (var (name, text) in query.Filters.Where(filter => IsHeeded(resource, filter.Key, request)))
            rows = Filter(rows, resource, request, name, text);
        return rows;
    }

    private static IQueryable<T> Filter<T>(
        IQueryable<T> rows, ListResource<T> resource, ApiRequest request, string name, string text)
        where T : class, IProjectRecord
    {
        if (resource.Columns.TryGetValue(name, out var column))
            return column.Equal(rows, text);
        return request.Version.Has(LikeFiltersSince) && name.EndsWith('~')
            && resource.Columns.TryGetValue(name[..^1], out var like) ? like.Like(rows, text) : rows.Where(_ => false);
    }

    /// <summary>Old versions overlook what a user may not filter by; newer ones refuse it.</summary>
    private static void RefuseUnknown<T>(ListResource<T> resource, ListQuery query, ApiRequest request)
        where T : class, IProjectRecord
    {
        var unknown = query.Filters.Select(filter => filter.Key)
            .Where(name => !resource.PublicFilters.Contains(name)).ToList();
        if (unknown.Count > 0 && request.Version.Has(StrictFiltersSince))
            throw Fault.BadRequest($"Invalid filters {string.Join(',', unknown)} are found in query options.");
    }

    private static bool IsHeeded<T>(ListResource<T> resource, string name, ApiRequest request)
        where T : class, IProjectRecord => request.Caller.IsAdmin || resource.PublicFilters.Contains(name);

    /// <summary>
    /// What is asked for, then the time of creation and the id, so that the order is always the same.
    /// </summary>
    private static List<(ListColumn<T> Column, bool Descending)> CompleteSort<T>(
        ListResource<T> resource, ListQuery query, ApiRequest request)
        where T : class, IProjectRecord
    {
        var descending = query.Sort[0].Descending;
        (string Key, bool Descending)[] always = [("created_at", descending), ("id", descending)];
        var keys = query.Sort.Concat(always).DistinctBy(part => part.Key);
        return [.. keys.Select(part => (ColumnOf(resource, part.Key, request), part.Descending))];
    }

    private static ListColumn<T> ColumnOf<T>(ListResource<T> resource, string key, ApiRequest request)
        where T : class, IProjectRecord =>
        resource.Columns.TryGetValue(key, out var column)
            && (key != "name" || request.Version.Has(resource.SortByNameSince))
            ? column
            : throw Fault.InvalidInput("Invalid sort key");

    private static IQueryable<T> Sort<T>(
        IQueryable<T> rows, List<(ListColumn<T> Column, bool Descending)> sort)
    {
        var further = false;
        foreach (var (column, descending) in sort)
        {
            rows = column.Sort(rows, descending, further);
            further = true;
        }

        return rows;
    }

    private static async Task<T> FindMarkerAsync<T>(
        IQueryable<T> markers, ListResource<T> resource, string marker, CancellationToken cancellationToken)
        where T : class, IProjectRecord => Guid.TryParse(marker, out var id)
            ? Fault.OrThrow(
                await markers.SingleOrDefaultAsync(record => record.Id == id, cancellationToken),
                () => resource.NotFound(marker))
            : throw resource.NotFound(marker);

    /// <summary>
    /// After the marker: beyond it in the first column, or the same there and beyond it in the second, and so on.
    /// </summary>
    private static Expression<Func<T, bool>> After<T>(List<(ListColumn<T> Column, bool Descending)> sort, T marker)
    {
        var row = Expression.Parameter(typeof(T), "row");
        Expression after = Expression.Constant(false);
        foreach (var (column, descending) in Enumerable.Reverse(sort))
            after = Expression.OrElse(
                column.After(row, marker, descending), Expression.AndAlso(column.SameAs(row, marker), after));
        return Expression.Lambda<Func<T, bool>>(after, row);
    }
}
