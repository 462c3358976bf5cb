using BackupEngine.ControlPlane.DataPlane;
using BackupEngine.ControlPlane.Workflows;

namespace BackupEngine.ControlPlane.BackupService;

/// <summary>
/// Ends what the data plane of this host still does for a claim that is not this host's any more. Neither records nor
/// exports are touched, nor anything of a later claim: the names tell them apart.
/// </summary>
internal sealed class DataPlaneLeftovers(IDataPlane dataPlane, ILogger<DataPlaneLeftovers> log)
{
    /// <summary>The running jobs and the attachments of workflows: jobs first, since they use the others.</summary>
    public async Task<IReadOnlyList<ClaimedName>> ListAsync(CancellationToken cancellationToken)
    {
        var jobs = await dataPlane.ListRunningJobsAsync(cancellationToken);
        var attachments = await dataPlane.ListAttachmentsAsync(cancellationToken);
        return
        [
            .. jobs.Concat(attachments.Select(attachment => attachment.AttachmentId))
                .Select(ClaimedName.Parse)
                .OfType<ClaimedName>(),
        ];
    }

    /// <summary>Ends what is there for a claim that was lost, and for earlier ones on the same backup.</summary>
    public async Task EndAsync(BackupClaim claim, CancellationToken cancellationToken)
    {
        var mine = (await ListAsync(cancellationToken))
            .Where(name => name.BackupId == claim.BackupId && name.Claim <= claim.Number)
            .Where(name => name.Kind == ClaimedName.Verify == (claim.Kind == WorkflowKind.Verify));
        foreach (var name in mine)
            await EndAsync(name, cancellationToken);
    }

    /// <summary>Cancels a job, or detaches a device; what has ended meanwhile is no error.</summary>
    public async Task EndAsync(ClaimedName name, CancellationToken cancellationToken)
    {
        log.LogWarning("{Name} in the data plane is for a claim that this host has lost; it is ended", name);
        if (name.Kind == ClaimedName.Attachment)
            await dataPlane.DetachAsync($"{name}", cancellationToken);
        else
            await dataPlane.CancelAsync($"{name}", cancellationToken);
    }
}
