using System.Globalization;
using System.Text.Json;
using BackupEngine.ControlPlane.Api.Answers;
using BackupEngine.ControlPlane.Api.Bodies;
using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Workflows;

namespace BackupEngine.ControlPlane.Api.Backups.Records;

/// <summary>Reads the text of a record. What does not fit a field makes the whole text unreadable.</summary>
internal sealed class BackupRecordReader
{
    private const int MaxTextLength = 255;

    private static readonly string[] Needed =
        ["display_name", "display_description", "container", "size", "service_metadata", "object_count", "id"];

    private readonly BodyValue _record;

    private BackupRecordReader(BodyValue record) => _record = record;

    /// <summary>The id of the exported record.</summary>
    public required Guid Id { get; init; }

    /// <summary>Size of the volume in GiB.</summary>
    public required int SizeGiB { get; init; }

    /// <summary>Reads a <c>backup_url</c>.</summary>
    public static BackupRecordReader Read(string text)
    {
        var record = Decode(text);
        if (record.Kind != BodyKind.Object)
            throw CannotParse();
        var id = record["id"] ?? throw Fault.InvalidInput("Provided backup record is missing an id");
        var size = record["size"] ?? throw Fault.InvalidInput("Provided backup record is missing size attribute");
        return new BackupRecordReader(record)
        {
            Id = UuidSchema.Read(id) ?? throw CannotParse(),
            SizeGiB = (int)Integer(size, int.MaxValue),
        };
    }

    /// <summary>
    /// Fills a record. What it lacks, or a service that is not this engine, makes it a record in <c>error</c>, which
    /// says why.
    /// </summary>
    public void Fill(BackupEntity backup, string service, DateTime now)
    {
        backup.VolumeId = UuidSchema.Read(_record["volume_id"]) ?? Guid.Empty;
        backup.SnapshotId = UuidSchema.Read(_record["snapshot_id"]);
        backup.ParentId = UuidSchema.Read(_record["parent_id"]);
        backup.Name = Text("display_name");
        backup.Description = Text("display_description");
        backup.Container = Text("container");
        backup.AvailabilityZone = Text("availability_zone");
        backup.SizeGiB = SizeGiB;
        backup.ObjectCount = _record["object_count"] is { } count ? Integer(count, long.MaxValue) : 0;
        backup.MetadataJson = MetadataText.Write(Metadata());
        backup.VolumeMetadataJson = SavedVolumeText();
        backup.CreatedAt = Time("created_at") ?? now;
        backup.DataTimestamp = Time("data_timestamp") ?? backup.CreatedAt;
        backup.StoredAs = UuidSchema.Read(_record["service_metadata"]);
        backup.FailReason = Failure(service, backup.StoredAs);
        backup.Status = backup.FailReason is null ? BackupStatus.Available : BackupStatus.Error;
    }

    private string? Failure(string service, Guid? storedAs)
    {
        var missing = Needed.Where(name => !_record.Fields.ContainsKey(name)).Order(StringComparer.Ordinal).ToList();
        if (!service.Equals(BackupRecordText.Service, StringComparison.Ordinal))
            return Cut(
                "Import record failed, cannot find backup service to perform import. " +
                $"Request service: {service}.");
        if (missing.Count > 0)
            return "Driver successfully decoded imported backup data, but there are missing fields " +
                $"({string.Join(", ", missing)}).";
        return storedAs is null ? "service_metadata of the record names no backup of this engine." : null;
    }

    private static string Cut(string text) => text.Length <= MaxTextLength ? text : text[..MaxTextLength];

    private static BodyValue Decode(string text)
    {
        try
        {
            return BodyReader.Parse(Convert.FromBase64String(text));
        }
        catch (Exception e) when (e is FormatException or ApiFaultException)
        {
            throw CannotParse();
        }
    }

    private string? Text(string field)
    {
        if (_record[field] is not { } value)
            return null;
        return value.Kind == BodyKind.Text && value.Text.Length <= MaxTextLength && !value.Text.Contains('\0')
            ? value.Text
            : throw CannotParse();
    }

    private DateTime? Time(string field)
    {
        if (Text(field) is not { } text)
            return null;
        return DateTime.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var time)
            ? time
            : throw CannotParse();
    }

    private Dictionary<string, string>? Metadata()
    {
        var given = _record["metadata"];
        return given is null || BodyFields.Metadata.Check(given) is null
            ? MetadataSchema.Read(given)
            : throw CannotParse();
    }

    /// <summary>Kept as this engine wrote it; a record of another origin has none.</summary>
    private string? SavedVolumeText()
    {
        if (_record["driver_info"] is not { Kind: BodyKind.Object } info || info["volume_metadata"] is not { } given)
            return null;
        var backup = new BackupEntity { VolumeMetadataJson = given.Text };
        try
        {
            return given.Kind == BodyKind.Text && SavedVolume.Of(backup) is not null ? given.Text : throw CannotParse();
        }
        catch (JsonException)
        {
            throw CannotParse();
        }
    }

    private static long Integer(BodyValue value, long most) => value.Kind == BodyKind.Integer
        && long.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
        && number >= 0 && number <= most
        ? number
        : throw CannotParse();

    private static ApiFaultException CannotParse() => Fault.InvalidInput("Can't parse backup record.");
}
