namespace BackupEngine.ControlPlane.Bus;

/// <summary>
/// The queues of the bus. The names are part of the wire contract between hosts of different versions.
/// </summary>
public static class QueueAddress
{
    /// <summary>Name of the queue that the backup services share.</summary>
    public const string BackupServicesName = "backup";

    /// <summary>Address of the queue that the backup services share.</summary>
    public static readonly Uri BackupServices = new("queue:" + BackupServicesName);

    /// <summary>What the broker's name of a queue ends with that holds messages whose consumer has failed.</summary>
    public const string ErrorSuffix = "_error";

    /// <summary>
    /// What the broker's name of a queue ends with that holds messages which no consumer of the queue knows.
    /// </summary>
    public const string SkippedSuffix = "_skipped";

    /// <summary>Name of the queue of one host's volume service.</summary>
    public static string VolumeServiceName(string host)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(host);
        return "volume-" + host;
    }

    /// <summary>Address of the queue of one host's volume service.</summary>
    public static Uri VolumeService(string host) => new("queue:" + VolumeServiceName(host));
}
