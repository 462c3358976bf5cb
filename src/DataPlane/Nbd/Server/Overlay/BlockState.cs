namespace BackupEngine.DataPlane.Nbd.Server.Overlay;

/// <summary>Where the content of a block is. The values are stored and never change.</summary>
internal enum BlockState
{
    /// <summary>In the backup: the block was never written to.</summary>
    Base = 0,

    /// <summary>In the overlay file.</summary>
    Data = 1,

    /// <summary>Nowhere: it is zeros.</summary>
    Zero = 2,
}
