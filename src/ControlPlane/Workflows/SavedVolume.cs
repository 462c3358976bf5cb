using System.Text.Json;
using BackupEngine.ControlPlane.Database.Entities;

namespace BackupEngine.ControlPlane.Workflows;

/// <summary>What a volume was called and carried when it was backed up: a restore gives it to its target.</summary>
public sealed record SavedVolume
{
    /// <summary>A target whose name begins so was made for a restore: it gets the name of the volume.</summary>
    public const string RestoredNamePrefix = "restore_backup_";

    /// <summary>The key in the target's metadata that names the backup, where it is another volume.</summary>
    public const string SourceKey = "src_backup_id";

    /// <summary>Display name, or null.</summary>
    public string? Name { get; init; }

    /// <summary>Description, or null.</summary>
    public string? Description { get; init; }

    /// <summary>User metadata.</summary>
    public Dictionary<string, string> Metadata { get; init; } = [];

    /// <summary>Whether a server may start from it.</summary>
    public bool Bootable { get; init; }

    /// <summary>A volume as it is now, as JSON.</summary>
    public static string Save(VolumeEntity volume)
    {
        ArgumentNullException.ThrowIfNull(volume);
        var saved = new SavedVolume
        {
            Name = volume.Name,
            Description = volume.Description,
            Metadata = MetadataOf(volume.MetadataJson),
            Bootable = volume.Bootable,
        };
        return JsonSerializer.Serialize(saved, SavedVolumeJson.Default.SavedVolume);
    }

    /// <summary>What was saved with a backup; null where nothing was.</summary>
    public static SavedVolume? Of(BackupEntity backup)
    {
        ArgumentNullException.ThrowIfNull(backup);
        return backup.VolumeMetadataJson is { } json
            ? JsonSerializer.Deserialize(json, SavedVolumeJson.Default.SavedVolume)
            : null;
    }

    /// <summary>User metadata of a record.</summary>
    public static Dictionary<string, string> MetadataOf(string json) =>
        JsonSerializer.Deserialize(json, SavedVolumeJson.Default.DictionaryStringString) ?? [];

    /// <summary>User metadata as a record keeps them.</summary>
    public static string Write(Dictionary<string, string> metadata) =>
        JsonSerializer.Serialize(metadata, SavedVolumeJson.Default.DictionaryStringString);
}
