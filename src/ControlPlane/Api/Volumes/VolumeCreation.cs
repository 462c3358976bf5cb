using BackupEngine.ControlPlane.Api.Backups;
using BackupEngine.ControlPlane.Api.Backups.Extensions;
using BackupEngine.ControlPlane.Api.Commands;
using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Api.Listing;
using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Api.Quotas;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Api.Volumes;

/// <summary>Makes volumes: empty, from a snapshot, from another volume, or by restoring a backup.</summary>
internal sealed class VolumeCreation(
    EngineDatabase database,
    VolumeDrafts drafts,
    QuotaGate quota,
    CommandDispatch commands,
    BackupRestoration restoration,
    TimeProvider clock)
{
    private const string ExclusiveSources = "May specify only one of backup, imageRef, snapshot, source volume";

    /// <summary>Makes the record and sends the command.</summary>
    /// <exception cref="ApiFaultException">The request is refused; nothing has changed.</exception>
    public async Task<VolumeEntity> CreateAsync(
        ApiRequest request, NewVolume asked, CancellationToken cancellationToken)
    {
        var volume = await FillAsync(request, asked, cancellationToken);
        if (asked.BackupId is { } backupId)
            await restoration.RestoreToNewVolumeAsync(
                backupId, volume, ActionOptions.Usual, cancellationToken);
        else
            await CreateAsync(volume, cancellationToken);
        return volume;
    }

    private async Task CreateAsync(VolumeEntity volume, CancellationToken cancellationToken)
    {
        await using (var transaction = await database.Database.BeginTransactionAsync(cancellationToken))
        {
            await quota.RequireVolumeAsync(volume.ProjectId, volume.SizeGiB, cancellationToken);
            database.Volumes.Add(volume);
            await database.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        await commands.ToVolumeServiceAsync(
            volume.Host,
            new CreateVolume { VolumeId = volume.Id },
            () => database.MarkVolumeCommandSentAsync(volume.Id, clock));
    }

    private async Task<VolumeEntity> FillAsync(ApiRequest request, NewVolume asked, CancellationToken cancellationToken)
    {
        var snapshot = asked.SnapshotId is { } snapshotId
            ? await database.FindSnapshotAsync(request, $"{snapshotId}", PolicyRules.SnapshotGet, cancellationToken)
            : null;
        var source = asked.SourceVolumeId is { } volumeId
            ? await database.FindVolumeAsync(request, $"{volumeId}", PolicyRules.VolumeGet, cancellationToken) : null;
        var backup = asked.BackupId is { } backupId
            ? await database.FindBackupAsync(request, $"{backupId}", PolicyRules.BackupGet, cancellationToken) : null;
        request.Require(PolicyRules.VolumeCreate);
        RequireSources(snapshot, source, backup);
        var size = asked.SizeGiB ?? snapshot?.SizeGiB ?? source?.SizeGiB ?? backup?.SizeGiB
            ?? throw Fault.InvalidInput("Volume size 'None' must be an integer and greater than 0");
        RequireSize(size, snapshot, source, backup);

        var volume = drafts.Draft(request, asked.Name, asked.Description);
        volume.SizeGiB = size;
        volume.MetadataJson = asked.MetadataJson;
        volume.SourceSnapshotId = snapshot?.Id;
        volume.SourceVolumeId = source?.Id;
        volume.NeverWritten = snapshot is null && source is null;
        volume.Host = await HostOfSourceAsync(snapshot, source, cancellationToken) ?? volume.Host;
        return volume;
    }

    /// <summary>What is made from a snapshot or a volume is made where that is.</summary>
    private async Task<string?> HostOfSourceAsync(
        SnapshotEntity? snapshot, VolumeEntity? source, CancellationToken cancellationToken) => snapshot is null
        ? source?.Host
        : await database.Volumes.Where(volume => volume.Id == snapshot.VolumeId).Select(volume => volume.Host)
            .SingleOrDefaultAsync(cancellationToken);

    private static void RequireSources(SnapshotEntity? snapshot, VolumeEntity? source, BackupEntity? backup)
    {
        if (new object?[] { snapshot, source, backup }.Count(given => given is not null) > 1)
            throw Fault.InvalidInput(ExclusiveSources);
        if (snapshot is not null and not { Status: SnapshotStatus.Available })
            throw Fault.InvalidSnapshot("Originating snapshot status must be one of 'available' values");
        if (source is not null and not { Status: VolumeStatus.Available or VolumeStatus.InUse })
            throw Fault.InvalidVolume("Originating source volume status must be one of 'available, in-use' values");
        if (backup is not null and not { Status: BackupStatus.Available })
            throw Fault.InvalidBackup("Originating backup status must be one of 'available' values");
    }

    private static void RequireSize(int size, SnapshotEntity? snapshot, VolumeEntity? source, BackupEntity? backup)
    {
        if (size < snapshot?.SizeGiB)
            throw Fault.InvalidInput(
                $"Volume size '{size}'GB cannot be smaller than the snapshot size {snapshot.SizeGiB}GB. " +
                "They must be >= original snapshot size.");
        if (size < source?.SizeGiB)
            throw Fault.InvalidInput(
                $"Volume size '{size}'GB cannot be smaller than original volume size  {source.SizeGiB}GB. " +
                "They must be >= original volume size.");
        if (size < backup?.SizeGiB)
            throw Fault.InvalidInput(
                $"Volume size {size}GB cannot be smaller than the backup size {backup.SizeGiB}GB. " +
                "It must be >= backup size.");
    }
}
