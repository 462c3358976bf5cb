using BackupEngine.ControlPlane.DataPlane;

namespace BackupEngine.ControlPlane.BackupService;

/// <summary>
/// Tells the data plane of this host that the record's lease was renewed, for as long as the work lasts. A data plane
/// that does not answer keeps nobody from renewing the record.
/// </summary>
internal sealed class DataPlaneLeaseKeeper : IAsyncDisposable
{
    private readonly DataPlaneLease _lease;
    private readonly IDataPlane _dataPlane;
    private readonly TimeSpan _look;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stopped = new();
    private readonly Task _keeping;

    /// <summary>Begins to tell.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="dataPlane">The data plane.</param>
    /// <param name="look">How often it is looked whether there is something to tell.</param>
    /// <param name="time">Time.</param>
    /// <param name="log">The log.</param>
    public DataPlaneLeaseKeeper(
        DataPlaneLease lease, IDataPlane dataPlane, TimeSpan look, TimeProvider time, ILogger log)
    {
        (_lease, _dataPlane, _look, _time, _log) = (lease, dataPlane, look, time, log);
        _keeping = KeepAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        await _keeping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopped.Dispose();
    }

    private async Task KeepAsync()
    {
        var (told, isSilent) = (0L, false);
        while (true)
        {
            await Task.Delay(_look, _time, _stopped.Token);
            var renewedAt = _lease.RenewedAt;
            if (!_lease.IsGiven || renewedAt == told)
                continue;
            try
            {
                await _dataPlane.RenewLeaseAsync(_lease.ToWire(), _stopped.Token);
                (told, isSilent) = (renewedAt, false);
            }
            catch (Exception e) when (!_stopped.IsCancellationRequested)
            {
                // Said once for each silence, however often it is tried.
                if (!isSilent)
                    _log.LogWarning(
                        "The data plane could not be told of a renewed lease: {Cause} It is tried again; what the data "
                        + "plane does for it ends with the lease, and is then started again from what is stored",
                        e.Message);
                isSilent = true;
            }
        }
    }
}
