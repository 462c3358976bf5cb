using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Transfers;
using BackupEngine.DataPlane.Upkeep;

namespace BackupEngine.DataPlane.Jobs;

/// <summary>What a job works with.</summary>
/// <param name="Services">What all jobs share.</param>
/// <param name="Device">The device that the job has claimed; null when it needs none.</param>
/// <param name="Progress">Told how far it is, in bytes.</param>
/// <param name="RateLimiter">Limits what it transfers from or to its device.</param>
/// <param name="Phases">Told what a job in several phases is doing.</param>
/// <param name="Shared">Memory and cores, and where it is noted what the job has of them.</param>
/// <param name="RequireLease">Throws when the job's lease has run out: called before what must not happen then.</param>
internal sealed record JobContext(
    JobServices Services,
    IBlockDevice? Device,
    IProgress<TransferProgress> Progress,
    RateLimiter RateLimiter,
    IProgress<JobPhase> Phases,
    SharedResources Shared,
    Action RequireLease)
{
    /// <summary>Shows that a job on a repository as a whole waits for memory.</summary>
    public UpkeepWait Wait => new(
        () => Progress.Report(new TransferProgress(0, 0, "memory")), () => Progress.Report(default));
}
