using BackupEngine.Chunkstore.Verification;
using BackupEngine.DataPlane.Transfers;

namespace BackupEngine.DataPlane.Jobs;

/// <summary>The progress of a verification as the protocol shows it. Told from several threads.</summary>
internal sealed class VerifyPhases : IProgress<VerifyProgress>
{
    private readonly Lock _gate = new();
    private readonly IProgress<JobPhase> _phases;
    private readonly IProgress<TransferProgress> _bytes;
    private long _done;

    /// <summary>Begins with what comes before the packs.</summary>
    public VerifyPhases(JobContext context)
    {
        _phases = context.Phases;
        _bytes = context.Progress;
        _phases.Report(new JobPhase("structure", 0, 0));
    }

    /// <inheritdoc/>
    public void Report(VerifyProgress value)
    {
        lock (_gate)
        {
            _done = Math.Max(_done, value.DoneBytes);
            _phases.Report(new JobPhase("packs", _done, value.TotalBytes));
            _bytes.Report(new TransferProgress(_done, value.TotalBytes));
        }
    }
}
