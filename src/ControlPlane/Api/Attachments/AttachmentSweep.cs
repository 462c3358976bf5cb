using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Hosting;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Api.Attachments;

/// <summary>
/// Ends what a process of the API that died has begun, and gives volumes that were attached before there were records
/// of attachments theirs. On every host of the API, at its start and now and then; each change is one conditional
/// update, so it makes no difference who makes it.
/// </summary>
internal sealed class AttachmentSweep(
    IServiceScopeFactory scopes,
    IDbContextFactory<EngineDatabase> databases,
    EngineOptions options,
    TimeProvider clock,
    ILogger<AttachmentSweep> log)
    : BackgroundService
{
    private const int MostPerSweep = 100;
    private const int MarginSeconds = 30;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    /// <summary>
    /// A volume is the process's that has set it to <c>detaching</c> for as long as its request to the volume service
    /// may take, which waits twice, by the clock of the database.
    /// </summary>
    private int OwnedSeconds => (2 * options.VolumeRequestTimeoutSeconds) + MarginSeconds;

    /// <summary>One sweep; says how many volumes it has changed.</summary>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var unrecorded = await Unrecorded(database).OrderBy(row => row.Id).Select(row => row.Id).Take(MostPerSweep)
            .ToListAsync(cancellationToken);
        var changed = 0;
        foreach (var volume in unrecorded)
            changed += await RecordAsync(database, volume, cancellationToken);
        var left = await Left(database).OrderBy(row => row.UpdatedAt).Select(row => row.Id).Take(MostPerSweep)
            .ToListAsync(cancellationToken);
        foreach (var volume in left)
            changed += await DetachAsync(volume, cancellationToken);
        return changed;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogWarning(e, "Attachments that were left could not be looked for; it is tried again");
            }

            await Task.Delay(Interval, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static IQueryable<VolumeEntity> Unrecorded(EngineDatabase database) => database.Volumes.Where(row =>
        row.DeletedAt == null && row.AttachedAt != null && row.AttachmentId == null);

    private IQueryable<VolumeEntity> Left(EngineDatabase database) => database.Volumes.Where(row =>
        row.DeletedAt == null && row.Status == VolumeStatus.Detaching && row.AttachmentId != null
        && row.UpdatedAt < DateTime.UtcNow.AddSeconds(-OwnedSeconds));

    private static Task<int> RecordAsync(EngineDatabase database, Guid id, CancellationToken cancellationToken) =>
        Unrecorded(database).Where(row => row.Id == id).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.AttachmentId, UserAttachment.IdOf(id))
                .SetProperty(row => row.AttachmentStatus, AttachmentStatus.Attached)
                .SetProperty(row => row.AttachmentCreatedAt, row => row.AttachedAt),
            cancellationToken);

    /// <summary>Carries out what was asked for. Where its service does not, it is tried again later.</summary>
    private async Task<int> DetachAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<EngineDatabase>();
        var owned = await Left(database).Where(row => row.Id == id).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.UpdatedAt, row => DateTime.UtcNow), cancellationToken);
        var attachment = await database.Volumes.Where(row => row.Id == id && row.Status == VolumeStatus.Detaching)
            .Select(row => row.AttachmentId).SingleOrDefaultAsync(cancellationToken);
        if (owned == 0 || attachment is null)
            return 0;
        try
        {
            await scope.ServiceProvider.GetRequiredService<AttachmentConnection>()
                .DisconnectAsync(attachment.Value, cancellationToken);
        }
        catch (ApiFaultException e)
        {
            log.LogWarning("Volume {Id} was left detaching and cannot be detached yet: {Reason}", id, e.Message);
            return 0;
        }

        var ended = await database.Volumes
            .Where(row => row.AttachmentId == attachment && row.Status == VolumeStatus.Detaching)
            .ForgetAttachmentAsync(clock.GetUtcNow().UtcDateTime, cancellationToken);
        if (ended > 0)
            log.LogWarning("Volume {Id} was left detaching by a process that died; it is detached", id);
        return ended;
    }
}
