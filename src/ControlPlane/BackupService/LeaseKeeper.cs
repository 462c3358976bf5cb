using BackupEngine.ControlPlane.Workflows;

namespace BackupEngine.ControlPlane.BackupService;

/// <summary>
/// Renews the lease of one claim while its work waits or runs. Ends the work when the claim is lost, when the database
/// could not be reached for as long as the lease lasts, or when an operator has changed the record's status.
/// </summary>
internal sealed class LeaseKeeper : IAsyncDisposable
{
    private readonly BackupRecord _record;
    private readonly TimeSpan _lease;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _stopped = new();
    private readonly CancellationTokenSource _overruled = new();
    private readonly Task _keeping;

    /// <summary>Begins to keep the lease, which has just been taken.</summary>
    public LeaseKeeper(BackupRecord record, TimeSpan lease, TimeProvider time, ILogger log)
    {
        (_record, _lease, _time, _log) = (record, lease, time, log);
        _keeping = KeepAsync();
    }

    /// <summary>Cancelled when the claim is lost: nothing may be touched any more.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Cancelled when the record's status was changed by an operator: the work is to be undone.</summary>
    public CancellationToken Overruled => _overruled.Token;

    /// <summary>Ends when the lease is kept no longer: the claim has ended or is lost, or this was disposed.</summary>
    public Task Kept => _keeping;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        await _keeping;
        _lost.Dispose();
        _stopped.Dispose();
        _overruled.Dispose();
    }

    private async Task KeepAsync()
    {
        try
        {
            if (await IsLostInTheEndAsync())
                await _lost.CancelAsync();
        }
        catch (OperationCanceledException) when (_stopped.IsCancellationRequested)
        {
            // The work has ended.
        }
    }

    /// <summary>
    /// Renews until there is nothing more to keep: true when the claim is lost, false when it has ended.
    /// </summary>
    private async Task<bool> IsLostInTheEndAsync()
    {
        var renewed = _time.GetTimestamp();
        while (_time.GetElapsedTime(renewed) < _lease)
        {
            await Task.Delay(_lease / 4, _time, _stopped.Token);
            var asked = _time.GetTimestamp();
            try
            {
                var status = await _record.RenewAsync(_stopped.Token);
                if (status is null)
                    return false;
                if (status != _record.Claim.Kind.Status)
                    await _overruled.CancelAsync();
                renewed = asked;
            }
            catch (ClaimLostException e)
            {
                _log.LogError("{Reason} The work on it stops here", e.Message);
                return true;
            }
            catch (Exception e) when (!_stopped.IsCancellationRequested)
            {
                _log.LogWarning(
                    e, "The lease of backup {BackupId} could not be renewed; trying again", _record.Claim.BackupId);
            }
        }

        return true;
    }
}
