using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.DataPlane.Protocol;

namespace BackupEngine.ControlPlane.Workflows;

/// <summary>How the data plane is asked to write a volume, so that it writes no more than it must.</summary>
internal sealed class RestoreTransfer(WorkflowRun run, Guid volumeId)
{
    /// <summary>
    /// What the data plane notes of a restore under way, on this host. One that is interrupted goes on from it; on
    /// another host there is none, and the volume is compared from its beginning.
    /// </summary>
    private string ResumeFile => Path.GetFullPath(
        Path.Combine(run.Options.StateDirectory, "restores", $"{run.Backup.Id}-{volumeId}.json"));

    /// <summary>The job for a volume as it is exposed.</summary>
    public RestoreJob JobFor(DeviceExposed exposed, Attachment attachment)
    {
        var isStartedAgain = run.Log.EverStarted(WorkflowStep.TransferData);
        Directory.CreateDirectory(Path.GetDirectoryName(ResumeFile)!);
        return new RestoreJob
        {
            Repository = run.Options.Repository,
            BackupId = run.Backup.StoredId().ToString(),
            AttachmentId = attachment.AttachmentId,
            // Once a transfer has been started the volume may hold anything.
            TargetIsZero = exposed.ReadsAsZero && !isStartedAgain,
            OnlyDifferences = isStartedAgain ? !File.Exists(ResumeFile) : HoldsAnOtherVersion(exposed),
            ResumeFile = ResumeFile,
            ResumeTarget = volumeId.ToString(),
            Tuning = new Tuning { RateLimitBytesPerSecond = run.RateLimit(run.Options.RestoreRateLimitMiB) },
        };
    }

    /// <summary>The restore is not gone on with: what was noted of it is of no use to the next one.</summary>
    public void Forget()
    {
        if (Directory.Exists(Path.GetDirectoryName(ResumeFile)))
            File.Delete(ResumeFile);
    }

    /// <summary>
    /// The volume that was backed up holds most of the backup as a rule, so it is read, and only what differs is
    /// written. Of any other volume nothing is known, and reading it would be in vain.
    /// </summary>
    private bool HoldsAnOtherVersion(DeviceExposed exposed) =>
        volumeId == run.Backup.VolumeId && !exposed.ReadsAsZero;
}
