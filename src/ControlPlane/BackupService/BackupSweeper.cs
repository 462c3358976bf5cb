using BackupEngine.ControlPlane.Bus;
using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Hosting;
using BackupEngine.ControlPlane.Workflows;

namespace BackupEngine.ControlPlane.BackupService;

/// <summary>
/// Sees that nothing is lost, at start and again and again: takes over records whose owner is gone, and sends commands
/// again that nobody has claimed, and gives back statuses that no backup has any more.
/// </summary>
public sealed class BackupSweeper(
    BackupClaims claims,
    BackupIntake intake,
    BackupRunner runner,
    StrandedStatuses stranded,
    ICommandSender commands,
    EngineOptions options,
    TimeProvider time,
    ILogger<BackupSweeper> log) : BackgroundService
{
    private const int MostPerSweep = 100;

    private readonly TimeSpan _interval =
        TimeSpan.FromSeconds(Math.Min(options.LeaseSeconds, options.ResendSeconds) / 2.0);

    /// <summary>One sweep.</summary>
    /// <param name="unclaimedFor">Commands that were sent longer ago and are unclaimed are sent again.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task SweepAsync(TimeSpan unclaimedFor, CancellationToken cancellationToken)
    {
        await TakeOverAsync(cancellationToken);
        await SendAgainAsync(unclaimedFor, cancellationToken);
        await stranded.GiveBackAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Nothing of before the start is in a bus that lives in this process.
        var unclaimedFor = options.Transport == "memory" ? TimeSpan.Zero : TimeSpan.FromSeconds(options.ResendSeconds);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await SweepAsync(unclaimedFor, stoppingToken);
                unclaimedFor = TimeSpan.FromSeconds(options.ResendSeconds);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogError(e, "Sweeping the records failed; it is tried again");
            }

            await Task.Delay(_interval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task TakeOverAsync(CancellationToken cancellationToken)
    {
        foreach (var record in await claims.FindAbandonedAsync(MostPerSweep, cancellationToken))
        {
            var kind = WorkflowKind.Of(record.Status)!;
            if (!runner.Has(record.Id, kind) && (kind == WorkflowKind.Delete || runner.FreeTransfers > 0))
                await intake.TakeAsync(record.Id, kind, cancellationToken);
        }

        foreach (var backupId in await claims.FindAbandonedVerificationsAsync(MostPerSweep, cancellationToken))
        {
            if (!runner.Has(backupId, WorkflowKind.Verify) && runner.FreeTransfers > 0)
                await intake.TakeAsync(backupId, WorkflowKind.Verify, cancellationToken);
        }
    }

    private async Task SendAgainAsync(TimeSpan unclaimedFor, CancellationToken cancellationToken)
    {
        foreach (var record in await claims.FindUnclaimedAsync(unclaimedFor, MostPerSweep, cancellationToken))
        {
            log.LogWarning(
                "Nobody has claimed backup {BackupId} ({Status}); its command is sent again", record.Id, record.Status);
            await SendAsync(record, cancellationToken);
        }
    }

    private Task SendAsync(BackupEntity record, CancellationToken cancellationToken) => record.Status switch
    {
        BackupStatus.Creating => commands.SendToBackupServicesAsync(
            new CreateBackup { BackupId = record.Id }, cancellationToken),
        BackupStatus.Restoring => commands.SendToBackupServicesAsync(
            new RestoreBackup
            {
                BackupId = record.Id,
                VolumeId = record.RestoreVolumeId ?? Guid.Empty
            }, cancellationToken),
        _ => commands.SendToBackupServicesAsync(new DeleteBackup { BackupId = record.Id }, cancellationToken),
    };
}
