using BackupEngine.DataPlane.Memory;

namespace BackupEngine.DataPlane.Transfers;

/// <summary>Tells when buffers of a job that has succeeded are still out: a defect, though not of its data.</summary>
internal static class LeakGate
{
    /// <summary>Logs as critical what did not come back.</summary>
    public static void Check(AlignedBufferPool pool, ILogger logger)
    {
        var missing = pool.RentedCount - pool.ReturnedCount;
        if (missing != 0)
        {
            logger.LogCritical("{Count} buffers of {Size} bytes did not come back", missing, pool.MaxBufferSize);
        }
    }
}
