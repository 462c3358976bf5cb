using System.Security.Cryptography;
using System.Text;

namespace BackupEngine.ControlPlane.Database.Entities;

/// <summary>
/// The attachment of users who make none by its own route, but use the actions of a volume. Its id follows from the
/// volume's: asked twice, it is the same export.
/// </summary>
internal static class UserAttachment
{
    /// <summary>The id of that attachment; never change how it is derived: exports outlive the program.</summary>
    public static Guid IdOf(Guid volumeId) =>
        new(SHA256.HashData(Encoding.ASCII.GetBytes($"backup-engine user attachment {volumeId:D}")).AsSpan(0, 16));

    /// <summary>The attachment that a volume's actions mean: the one that it has, else that of the actions.</summary>
    public static Guid Of(VolumeEntity volume) => volume.AttachmentId ?? IdOf(volume.Id);
}
