namespace BackupEngine.DataPlane.Nbd.Protocol;

/// <summary>Status of an extent in the context <c>base:allocation</c>.</summary>
[Flags]
public enum AllocationStatus
{
    /// <summary>Allocated, and may hold anything.</summary>
    Data = 0,

    /// <summary>Not allocated. Says nothing about what it reads as.</summary>
    Hole = 1 << 0,

    /// <summary>Reads as zeros.</summary>
    Zero = 1 << 1,
}
