namespace BackupEngine.DataPlane.Nbd.Images;

/// <summary>What is in the file that holds a volume.</summary>
public enum ImageFormat
{
    /// <summary>The volume, byte for byte.</summary>
    Raw,

    /// <summary>QEMU's qcow2 format.</summary>
    Qcow2,
}
