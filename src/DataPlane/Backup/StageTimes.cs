namespace BackupEngine.DataPlane.Backup;

/// <summary>
/// Where the time of the lanes went, summed over all of them: the largest number names the bottleneck.
/// </summary>
/// <param name="ReadSeconds">Readers waited for the device (or for the rate limit).</param>
/// <param name="ReaderIdleSeconds">Readers waited because their pipe was full: the workers are the bottleneck.</param>
/// <param name="HashSeconds">Workers looked for zeros, hashed and compared.</param>
/// <param name="StoreSeconds">Workers looked chunks up, compressed them and appended them to packs.</param>
/// <param name="TreeSeconds">Workers read the parent's leaves and wrote new ones.</param>
/// <param name="WorkerIdleSeconds">Workers waited for data: the device is the bottleneck.</param>
public sealed record StageTimes(
    double ReadSeconds,
    double ReaderIdleSeconds,
    double HashSeconds,
    double StoreSeconds,
    double TreeSeconds,
    double WorkerIdleSeconds);
