using BackupEngine.ControlPlane.Database.Entities;

namespace BackupEngine.ControlPlane.VolumeService;

/// <summary>
/// Carries out in the background what records wait for. A command only hastens it: what a lost message or a crash left
/// waiting is found in the records and begun again.
/// </summary>
internal sealed class LifecycleWork(
    VolumeLifecycle volumes, VolumeGrowth growth, SnapshotLifecycle snapshots, ILogger<LifecycleWork> log)
    : IAsyncDisposable
{
    private const int Concurrency = 4;
    private const int Capacity = 1024;

    private readonly BackgroundWork<(string Action, Guid Id)> _work = new(Concurrency, Capacity);

    public void CreateVolume(Guid id) => Start("create volume", id, volumes.CreateAsync);

    public void DeleteVolume(Guid id) => Start("delete volume", id, volumes.DeleteAsync);

    /// <summary>A volume becomes larger, in its turn.</summary>
    public void ExtendVolume(Guid id) => Start("extend volume", id, growth.ExtendAsync);

    public void CreateSnapshot(Guid id) => Start("create snapshot", id, snapshots.CreateAsync);

    public void DeleteSnapshot(Guid id) => Start("delete snapshot", id, snapshots.DeleteAsync);

    /// <summary>Begins whatever waits and is not under way.</summary>
    public async Task ResumeAsync(CancellationToken cancellationToken)
    {
        foreach (var id in await snapshots.ListAsync(SnapshotStatus.Creating, cancellationToken))
            CreateSnapshot(id);
        foreach (var id in await volumes.ListAsync(VolumeStatus.Creating, cancellationToken))
            CreateVolume(id);
        foreach (var id in await growth.ListAsync(cancellationToken))
            ExtendVolume(id);
        foreach (var id in await snapshots.ListAsync(SnapshotStatus.Deleting, cancellationToken))
            DeleteSnapshot(id);
        foreach (var id in await volumes.ListAsync(VolumeStatus.Deleting, cancellationToken))
            DeleteVolume(id);
    }

    public ValueTask DisposeAsync() => _work.DisposeAsync();

    private void Start(string action, Guid id, Func<Guid, CancellationToken, Task> work)
    {
        try
        {
            var task = _work.StartOrJoin((action, id), token => work(id, token));
            _ = FinishAsync(action, id, task);
        }
        catch (RefusedException e)
        {
            log.LogWarning(
                "{Action} {Id} waits until the records are looked through next: {Reason}", action, id, e.Message);
        }
    }

    private async Task FinishAsync(string action, Guid id, Task task)
    {
        await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _work.Forget((action, id));
        if (task.IsFaulted)
            log.LogError(
                task.Exception, "{Action} {Id} failed; the record is unchanged and it is tried again", action, id);
    }
}
