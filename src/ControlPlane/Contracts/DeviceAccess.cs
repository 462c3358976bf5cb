namespace BackupEngine.ControlPlane.Contracts;

/// <summary>What an export allows.</summary>
public enum DeviceAccess
{
    /// <summary>Reading only.</summary>
    Read = 0,

    /// <summary>Reading and writing.</summary>
    ReadWrite = 1,
}
