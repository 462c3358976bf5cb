namespace BackupEngine.DataPlane.Nbd.Protocol;

/// <summary>Kinds of information on an export.</summary>
public enum InfoType
{
    /// <summary>Size and features; always answered.</summary>
    Export = 0,

    /// <summary>Its canonical name.</summary>
    Name = 1,

    /// <summary>A description for people.</summary>
    Description = 2,

    /// <summary>Minimum, preferred and maximum size of a transfer.</summary>
    BlockSize = 3,
}
