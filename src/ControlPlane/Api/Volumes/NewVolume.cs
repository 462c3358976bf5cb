using BackupEngine.ControlPlane.Api.Answers;
using BackupEngine.ControlPlane.Api.Bodies;
using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Api.Stock;

namespace BackupEngine.ControlPlane.Api.Volumes;

/// <summary>A volume as it is asked for.</summary>
internal sealed record NewVolume
{
    private const string MultiattachGone =
        "multiattach parameter has been removed. The default behavior is to use multiattach enabled volume types. " +
        "Contact your administrator to create a multiattach enabled volume type and use it to create " +
        "multiattach volumes.";

    /// <summary>Name.</summary>
    public required string? Name { get; init; }

    /// <summary>Description.</summary>
    public required string? Description { get; init; }

    /// <summary>Size in GiB; null: that of its source.</summary>
    public required int? SizeGiB { get; init; }

    /// <summary>The snapshot to make it from.</summary>
    public required Guid? SnapshotId { get; init; }

    /// <summary>The volume to clone.</summary>
    public required Guid? SourceVolumeId { get; init; }

    /// <summary>The backup to restore to it.</summary>
    public required Guid? BackupId { get; init; }

    /// <summary>User metadata, as the record keeps it.</summary>
    public required string MetadataJson { get; init; }

    /// <summary>Reads a body that passed its schema.</summary>
    /// <exception cref="ApiFaultException">It asks for what is not offered.</exception>
    public static NewVolume Read(BodyValue body)
    {
        var volume = body["volume"]!;
        RefuseWhatIsNotOffered(volume);
        return new NewVolume
        {
            Name = BodyFields.ReadTrimmed(volume, "name") ?? BodyFields.ReadTrimmed(volume, "display_name"),
            Description =
                BodyFields.ReadTrimmed(volume, "description") ?? BodyFields.ReadTrimmed(volume, "display_description"),
            SizeGiB = SizeSchema.Read(volume["size"]),
            SnapshotId = UuidSchema.Read(volume["snapshot_id"]),
            SourceVolumeId = UuidSchema.Read(volume["source_volid"]),
            BackupId = UuidSchema.Read(volume["backup_id"]),
            MetadataJson = MetadataText.Write(MetadataSchema.Read(volume["metadata"])),
        };
    }

    private static void RefuseWhatIsNotOffered(BodyValue volume)
    {
        if (BodyFields.ReadText(volume, "volume_type") is { Length: > 0 } type
            && type != VolumeTypeView.DefaultName && type != VolumeTypeView.DefaultId.ToString())
            throw new ApiFaultException(
                StatusCodes.Status404NotFound, $"Volume type with name {type} could not be found.");
        var group = BodyFields.ReadText(volume, "consistencygroup_id") ?? BodyFields.ReadText(volume, "group_id");
        if (group is not null)
            throw new ApiFaultException(StatusCodes.Status404NotFound, $"Group {group} could not be found.");
        if (volume["image_id"] is not null || volume["imageRef"] is not null)
            throw Fault.BadRequest("Invalid image identifier or unable to access requested image.");
        if (TruthSchema.Read(volume["multiattach"]) == true)
            throw Fault.BadRequest(MultiattachGone);
        if (BodyFields.ReadText(volume, "availability_zone") is { } zone && zone != AvailabilityZoneView.DefaultName)
            throw Fault.BadRequest($"Availability zone '{zone}' is invalid.");
    }
}
