using BackupEngine.Integration.Chaos.Cluster;

namespace BackupEngine.Integration.Chaos.Matrix;

/// <summary>One cell of the matrix: a fault at a moment, for the volume of one project.</summary>
internal sealed class ChaosCase(Moment moment, string fault, Subject subject, long gate)
{
    public Moment Moment => moment;

    public string Fault => fault;

    public Subject Subject => subject;

    /// <summary>Number of its gate.</summary>
    public long Gate => gate;

    /// <summary>Address of the host that was held at its moment; null: none was.</summary>
    public string? HeldAt { get; set; }

    /// <summary>The request, whose answer may be lost.</summary>
    public Task<RequestEnd> Request { get; set; } = Task.FromResult(new RequestEnd(0, "", null));

    /// <summary>The backup that is restored or deleted; of a create, what the records show afterwards.</summary>
    public Guid? BackupId { get; set; }

    /// <summary>How it ended, in words.</summary>
    public string Outcome { get; set; } = "";

    /// <summary>From the fault to the end.</summary>
    public TimeSpan Took { get; set; }

    /// <summary>Invariants that do not hold.</summary>
    public List<string> Broken { get; } = [];

    public override string ToString() => $"{moment.Workflow} {moment.Step} {moment.Line} x {fault}";
}
