using System.Security.Cryptography;
using System.Text;

namespace BackupEngine.ControlPlane.Api.Volumes;

/// <summary>
/// The one attachment that users have of a volume. Its id follows from the volume's: asked twice, it is the same
/// export.
/// </summary>
internal static class UserAttachment
{
    /// <summary>The id of the attachment; never change how it is derived: exports outlive the program.</summary>
    public static Guid IdOf(Guid volumeId) =>
        new(SHA256.HashData(Encoding.ASCII.GetBytes($"backup-engine user attachment {volumeId:D}")).AsSpan(0, 16));
}
