using BackupEngine.ControlPlane.Workflows;

namespace BackupEngine.ControlPlane.BackupService;

/// <summary>
/// Renews the lease of one claim while its work waits or runs. Ends the work when the claim is lost, when the database
/// could not be reached for as long as the lease lasts, when an operator has
/// changed the record's status, or when its owner has cancelled it.
/// </summary>
internal sealed class LeaseKeeper : IAsyncDisposable
{
    private readonly ClaimedRecord _record;
    private readonly TimeSpan _lease;
    private readonly TimeSpan _look;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _stopped = new();
    private readonly CancellationTokenSource _overruled = new();
    private readonly Task _keeping;

    /// <summary>Begins to keep the lease, which has just been taken.</summary>
    /// <param name="record">The record.</param>
    /// <param name="lease">How long a lease lasts.</param>
    /// <param name="look">How often the record is looked at; it is renewed when a quarter of the lease is over.</param>
    /// <param name="time">Time.</param>
    /// <param name="log">The log.</param>
    public LeaseKeeper(ClaimedRecord record, TimeSpan lease, TimeSpan look, TimeProvider time, ILogger log)
    {
        (_record, _lease, _look, _time, _log) = (record, lease, look, time, log);
        _keeping = KeepAsync();
    }

    /// <summary>Cancelled when the claim is lost: nothing may be touched any more.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>
    /// Cancelled when the record's status was changed by an operator, or the owner has cancelled the work: it is to be
    /// undone.
    /// </summary>
    public CancellationToken Overruled => _overruled.Token;

    /// <summary>Why the work is overruled, for the record.</summary>
    public string Reason { get; private set; } = "";

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
        while (_time.GetElapsedTime(_record.Lease.RenewedAt) < _lease)
        {
            await Task.Delay(_look, _time, _stopped.Token);
            try
            {
                var isDue = _time.GetElapsedTime(_record.Lease.RenewedAt) >= _lease / 4;
                var seen = await InTimeAsync(
                    isDue ? _record.RenewOnceAsync(_stopped.Token) : _record.LookOnceAsync(_stopped.Token));
                if (seen is null)
                    return false;
                await OverruleAsync(seen);
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

    /// <summary>
    /// A database that cannot be reached may keep an attempt for longer than the lease lasts: it is not waited for.
    /// </summary>
    private Task<RecordState?> InTimeAsync(Task<RecordState?> attempt)
    {
        var (left, most) = (_lease - _time.GetElapsedTime(_record.Lease.RenewedAt), _lease / 4);
        return attempt.WaitAsync(
            left <= TimeSpan.Zero ? TimeSpan.Zero : left < most ? left : most, _time, _stopped.Token);
    }

    private async Task OverruleAsync(RecordState seen)
    {
        if (_overruled.IsCancellationRequested)
            return;
        if (seen.Status != _record.Claim.Kind.Status)
            Reason = $"the backup's status was changed while {_record.Claim.Kind} was under way";
        else if (seen.CancelRequested)
            Reason = $"{_record.Claim.Kind} was cancelled on request";
        else
            return;
        await _overruled.CancelAsync();
    }
}
