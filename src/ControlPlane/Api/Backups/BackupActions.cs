using BackupEngine.ControlPlane.Api.Bodies;
using BackupEngine.ControlPlane.Api.Commands;
using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Api.Listing;
using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;

namespace BackupEngine.ControlPlane.Api.Backups;

/// <summary>What <c>POST /backups/{id}/action</c> does: the owner's cancel, and the administrators' ways out of any
/// status.</summary>
internal sealed class BackupActions(
    EngineDatabase database,
    BackupOverruling overruling,
    BackupCancellation cancellation,
    BackupProtection protection,
    CommandDispatch commands,
    BackupRequestLog steps,
    TimeProvider clock)
{
    /// <summary>How often a status that changes at the same moment is looked at again.</summary>
    private const int Attempts = 10;

    /// <summary>Carries out the one action that a body names.</summary>
    public Task ActAsync(ApiRequest request, string id, BodyValue body, CancellationToken cancellationToken)
    {
        var action = ActionBody.NameOf(body);
        return action switch
        {
            "os-reset_status" => ResetStatusAsync(request, id, body, cancellationToken),
            "os-force_delete" => ForceDeleteAsync(request, id, body, cancellationToken),
            "os-cancel" => cancellation.CancelAsync(request, id, cancellationToken),
            "os-protect" => protection.SetAsync(request, id, value: true, cancellationToken),
            "os-unprotect" => protection.SetAsync(request, id, value: false, cancellationToken),
            _ => throw ActionBody.Unknown(action),
        };
    }

    private async Task ResetStatusAsync(
        ApiRequest request, string id, BodyValue body, CancellationToken cancellationToken)
    {
        BackupBodies.ResetStatus.Require(body);
        var given = body["os-reset_status"]!["status"]!.Text;
        var status = given.ToLowerInvariant();
        if (status is not (BackupStatus.Available or BackupStatus.Error))
            throw Fault.BadRequest(
                $"Backup status: {given} is invalid, valid statuses are: ['available', 'error'].");
        await OverruleAsync(
            request, id, PolicyRules.BackupResetStatus, status, receivedAt: null, cancellationToken);
    }

    private async Task ForceDeleteAsync(
        ApiRequest request, string id, BodyValue body, CancellationToken cancellationToken)
    {
        BackupBodies.ForceDelete.Require(body);
        var receivedAt = clock.GetUtcNow().UtcDateTime;
        var backup = await OverruleAsync(
            request, id, PolicyRules.BackupForceDelete, BackupStatus.Deleting, receivedAt, cancellationToken);
        var failure = await commands.ToBackupServicesAsync(new DeleteBackup { BackupId = backup.Id });
        await steps.RecordSentAsync(backup.Id, BackupWorkflows.Delete, failure);
    }

    private async Task<BackupEntity> OverruleAsync(
        ApiRequest request,
        string id,
        PolicyRule rule,
        string status,
        DateTime? receivedAt,
        CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
            var backup = await database.FindBackupAsync(request, id, rule, cancellationToken);
            if (status == BackupStatus.Deleting && backup.Protected)
                throw BackupProtection.Refusal(backup.Id);
            var changed = receivedAt is null
                ? await overruling.ResetStatusAsync(backup, status, request.Http.TraceIdentifier, cancellationToken)
                : await overruling.SetStatusAsync(backup, status, cancellationToken);
            if (!changed)
                continue;
            if (receivedAt is { } at)
                steps.AddAccepted(backup, BackupWorkflows.Delete, at);
            await database.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return backup;
        }

        throw Fault.InvalidBackup("The status of the backup changes all the time. Try again.");
    }
}
