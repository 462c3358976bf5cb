using BackupEngine.DataPlane.Nbd.Server.Connections;
using BackupEngine.DataPlane.Nbd.Server.Volumes;

namespace BackupEngine.DataPlane.Nbd.Server.Requests;

/// <summary>What the workers of one connection share.</summary>
internal sealed record RequestContext
{
    /// <summary>The connection.</summary>
    public required NbdWire Wire { get; init; }

    /// <summary>What was agreed on.</summary>
    public required Agreement Agreement { get; init; }

    /// <summary>The volume.</summary>
    public required IServedVolume Volume { get; init; }

    /// <summary>What the server counts.</summary>
    public required ServeCounters Counters { get; init; }

    /// <summary>Tells of what could not be done.</summary>
    public required WriteFaults Faults { get; init; }

    /// <summary>The connection is over; what is under way need not be done.</summary>
    public required CancellationToken Stop { get; init; }

    /// <summary>Takes a worker back that has ended its request.</summary>
    public required Action<RequestWorker> End { get; init; }

    /// <summary>Ends the connection: a reply could not be sent whole.</summary>
    public required Action<Exception> Break { get; init; }
}
