using BackupEngine.ControlPlane.Authentication;
using BackupEngine.ControlPlane.Database.Entities;

namespace BackupEngine.ControlPlane.Api.Listing;

/// <summary>
/// Which records a caller may see: those of the own project, or all. What is not seen does not exist (404).
/// </summary>
internal static class RecordScope
{
    /// <summary>The records that exist for a caller.</summary>
    public static IQueryable<T> InScopeOf<T>(this IQueryable<T> records, Caller caller)
        where T : class, IProjectRecord
    {
        var existing = records.Where(record => record.DeletedAt == null);
        return caller.IsAdmin ? existing : existing.Where(record => record.ProjectId == caller.ProjectId);
    }
}
