using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace BackupEngine.ControlPlane.Database;

/// <summary>Every time in the records is UTC; a local one is a defect and refused.</summary>
internal sealed class UtcDateTimeConverter() : ValueConverter<DateTime, DateTime>(
    written => RequireUtc(written),
    read => DateTime.SpecifyKind(read, DateTimeKind.Utc))
{
    private static DateTime RequireUtc(DateTime time) => time.Kind == DateTimeKind.Local
        ? throw new InvalidOperationException("A local time was about to be written to the database; times are UTC.")
        : DateTime.SpecifyKind(time, DateTimeKind.Utc);
}
