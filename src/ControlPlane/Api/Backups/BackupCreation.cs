using BackupEngine.ControlPlane.Api.Commands;
using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Api.Idempotency;
using BackupEngine.ControlPlane.Api.Listing;
using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Api.Quotas;
using BackupEngine.ControlPlane.Authentication;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Workflows;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Api.Backups;

/// <summary>
/// Takes a backup on: steps 1 to 5 of the workflow. The record, the status of what is read and the log of the steps so
/// far are one transaction, and the status changes only on the condition that it is one to begin from: of two requests
/// at once for the same volume one is refused.
/// </summary>
internal sealed class BackupCreation(
    EngineDatabase database,
    BackupSources sources,
    QuotaGate quota,
    CommandDispatch commands,
    BackupRequestLog steps,
    IdempotencyKeys keys,
    TimeProvider clock)
{
    /// <summary>Makes the record and sends the command, for a request.</summary>
    /// <exception cref="ApiFaultException">The request is refused; nothing has changed.</exception>
    public Task<BackupEntity> CreateAsync(ApiRequest request, NewBackup asked, CancellationToken cancellationToken)
    {
        // What was made before is told to those only who may make it.
        if (asked.Key is not null)
            request.Require(PolicyRules.BackupCreate, request.Caller.ProjectId);
        return CreateAsync(
            request.Caller,
            asked,
            begin: null,
            volume => request.Require(PolicyRules.BackupCreate, volume),
            cancellationToken);
    }

    /// <summary>
    /// Makes the record and sends the command, for whoever asks not by a request. What was asked for before, by its
    /// key, does nothing more.
    /// </summary>
    /// <param name="caller">Whose backup it is.</param>
    /// <param name="asked">What is asked for.</param>
    /// <param name="begin">Done first in the transaction that makes the record; null: nothing.</param>
    /// <param name="cancellationToken">Ends it before the record is made.</param>
    /// <exception cref="ApiFaultException">The request is refused; nothing has changed.</exception>
    public Task<BackupEntity> CreateAsync(
        Caller caller, NewBackup asked, Func<Task>? begin, CancellationToken cancellationToken) =>
        CreateAsync(caller, asked, begin, _ => { }, cancellationToken);

    private async Task<BackupEntity> CreateAsync(
        Caller caller,
        NewBackup asked,
        Func<Task>? begin,
        Action<VolumeEntity> admit,
        CancellationToken cancellationToken)
    {
        var receivedAt = clock.GetUtcNow().UtcDateTime;
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (begin is not null)
            await begin();
        if (asked.Key is { } key && await FindMadeAsync(caller, key, cancellationToken) is { } made)
            return made;
        var backup = await RecordAsync(caller, asked, admit, receivedAt, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        var failure = await commands.ToBackupServicesAsync(new CreateBackup { BackupId = backup.Id });
        await steps.RecordSentAsync(backup.Id, BackupWorkflows.Create, failure);
        return backup;
    }

    /// <summary>
    /// What the first request with the key made, as it was then; null: this is the first. After the project's turn
    /// whoever came before has committed.
    /// </summary>
    private async Task<BackupEntity?> FindMadeAsync(
        Caller caller, IdempotencyKey key, CancellationToken cancellationToken)
    {
        await quota.TakeTurnAsync(caller.ProjectId, cancellationToken);
        return await keys.FindAsync(caller.ProjectId, key, cancellationToken) is { } made
            ? new BackupEntity { Id = made.BackupId, Name = made.BackupName }
            : null;
    }

    private async Task<BackupEntity> RecordAsync(
        Caller caller,
        NewBackup asked,
        Action<VolumeEntity> admit,
        DateTime receivedAt,
        CancellationToken cancellationToken)
    {
        var volume = await database.FindVolumeAsync(caller, $"{asked.VolumeId}", cancellationToken);
        admit(volume);
        var snapshot = asked.SnapshotId is null
            ? null
            : await sources.FindSnapshotAsync(caller, asked, cancellationToken);
        if (snapshot is null)
            BackupSources.RequireVolumeStatus(volume.Status, asked.Force);
        await quota.RequireBackupAsync(caller.ProjectId, volume.SizeGiB, cancellationToken);
        var parent = asked.Incremental ? await FindParentAsync(caller, asked, snapshot, cancellationToken) : null;
        await sources.BeginAsync(volume, snapshot, asked.Force, cancellationToken);

        var now = await database.UtcNowAsync(cancellationToken);
        var backup = Draft(caller, asked, volume, snapshot, parent, now);
        database.Backups.Add(backup);
        steps.AddAccepted(backup, BackupWorkflows.Create, receivedAt);
        if (asked.Key is { } key)
            keys.Add(key, backup);
        await database.SaveChangesAsync(cancellationToken);
        return backup;
    }

    /// <summary>
    /// The newest available backup of the volume in the caller's project, and older than the snapshot if one is read.
    /// </summary>
    private async Task<BackupEntity?> FindParentAsync(
        Caller caller, NewBackup asked, SnapshotEntity? snapshot, CancellationToken cancellationToken)
    {
        var project = caller.ProjectId;
        var parent = await database.Backups.AsNoTracking()
            .Where(backup => backup.VolumeId == asked.VolumeId && backup.DeletedAt == null)
            .Where(backup => backup.ProjectId == project)
            .Where(backup => backup.Status == BackupStatus.Available && backup.DataTimestamp != null)
            .Where(backup => snapshot == null || backup.DataTimestamp < snapshot.CreatedAt)
            .OrderByDescending(backup => backup.DataTimestamp).ThenByDescending(backup => backup.Id)
            .FirstOrDefaultAsync(cancellationToken);
        return parent is not null || asked.FullWithoutParent
            ? parent
            : throw Fault.InvalidBackup("No backups available to do an incremental backup.");
    }

    private static BackupEntity Draft(
        Caller caller,
        NewBackup asked,
        VolumeEntity volume,
        SnapshotEntity? snapshot,
        BackupEntity? parent,
        DateTime now)
    {
        return new BackupEntity
        {
            Id = asked.Id ?? Guid.NewGuid(),
            ProjectId = caller.ProjectId,
            UserId = caller.UserId,
            VolumeId = volume.Id,
            SnapshotId = snapshot?.Id,
            ParentId = parent?.Id,
            Name = asked.Name,
            Description = asked.Description,
            Container = asked.Container,
            AvailabilityZone = asked.AvailabilityZone ?? volume.AvailabilityZone,
            SizeGiB = volume.SizeGiB,
            MetadataJson = asked.MetadataJson,
            PolicyId = asked.PolicyId,
            RateLimitMiB = asked.Options.RateLimitMiB,
            Priority = asked.Options.Priority,
            VolumeMetadataJson = SavedVolume.Save(volume),
            DataTimestamp = snapshot?.CreatedAt ?? now,
            CreatedAt = now,
        };
    }
}
