using System.Security.Cryptography;
using BackupEngine.ControlPlane.Contracts;

namespace BackupEngine.ControlPlane.VolumeService;

/// <summary>
/// The temporary volume or snapshot of a backup. Its id follows from the id of the backup, so whoever asks, after
/// whatever crash, means the same object.
/// </summary>
internal static class TemporaryObject
{
    /// <summary>
    /// Name space of the ids. It must never change: temporary objects of backups under way would be lost.
    /// </summary>
    private static readonly Guid NameSpace = new("6f1b7a52-51f1-5f0b-9d0e-3c2d1c6a4e77");

    private const int UuidBytes = 16;

    public static DeviceReference Of(DeviceKind kind, Guid backupId, Guid volumeId) =>
        new() { Kind = kind, Id = IdOf(kind, backupId), VolumeId = volumeId };

    /// <summary>Both objects that may have been made for a backup.</summary>
    public static IEnumerable<Guid> IdsOf(Guid backupId) =>
        [IdOf(DeviceKind.TemporarySnapshot, backupId), IdOf(DeviceKind.TemporaryVolume, backupId)];

    public static bool IsTemporary(DeviceKind kind) =>
        kind is DeviceKind.TemporarySnapshot or DeviceKind.TemporaryVolume;

    /// <summary>How the record of the backup names the object.</summary>
    public static string ToText(DeviceReference device) => $"{device.Kind}:{device.Id}";

    /// <summary>The kind that the record of a backup names; null when it names none.</summary>
    public static DeviceKind? KindIn(string? text) =>
        Enum.TryParse<DeviceKind>(text?.Split(':')[0], out var kind) && IsTemporary(kind) ? kind : null;

    // A name-based UUID of version 8, RFC 9562 section 5.8: like version 5, with SHA-256.
    private static Guid IdOf(DeviceKind kind, Guid backupId)
    {
        Span<byte> name = stackalloc byte[(2 * UuidBytes) + 1];
        NameSpace.TryWriteBytes(name, bigEndian: true, out _);
        backupId.TryWriteBytes(name[UuidBytes..], bigEndian: true, out _);
        name[^1] = (byte)kind;
        Span<byte> id = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(name, id);
        id[6] = (byte)((id[6] & 0x0f) | 0x80);
        id[8] = (byte)((id[8] & 0x3f) | 0x80);
        return new Guid(id[..UuidBytes], bigEndian: true);
    }
}
