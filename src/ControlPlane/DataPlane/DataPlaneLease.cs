using BackupEngine.ControlPlane.Workflows;
using BackupEngine.DataPlane.Protocol;

namespace BackupEngine.ControlPlane.DataPlane;

/// <summary>
/// How long the data plane of this host may go on for a claim: it follows the lease of the record, and ends a quarter
/// of it earlier, so that whatever was begun here has let go before anybody else can take the record over. It counts
/// from before the statement that has renewed the record, on the clock that this process shares with its data plane, so
/// a service that was stopped cannot make it longer. Safe to use from many threads.
/// </summary>
public sealed class DataPlaneLease
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    private readonly string _id;
    private readonly TimeSpan _length;
    private readonly TimeProvider _time;
    private long _renewedAt;
    private volatile bool _isGiven;

    /// <summary>The lease of a claim.</summary>
    /// <param name="claim">The claim, which tells when it was made.</param>
    /// <param name="lease">How long the lease of a record lasts.</param>
    /// <param name="time">The clock.</param>
    public DataPlaneLease(BackupClaim claim, TimeSpan lease, TimeProvider time)
    {
        // Not of one claim: a service that was restarted goes on with what it finds in its data plane.
        _id = $"{(claim.Kind == WorkflowKind.Verify ? "verification" : "backup")}-{claim.BackupId}";
        (_length, _time, _renewedAt) = (lease - (lease / 4), time, claim.ClaimedAt);
    }

    /// <summary>Timestamp of the clock from which the lease of the record counts.</summary>
    public long RenewedAt => Interlocked.Read(ref _renewedAt);

    /// <summary>Whether the data plane may have something under it.</summary>
    public bool IsGiven => _isGiven;

    /// <summary>Whether it has not run out.</summary>
    public bool IsValid => _time.GetElapsedTime(RenewedAt) < _length;

    /// <summary>The record was renewed.</summary>
    /// <param name="asked">Timestamp from before the statement that did it.</param>
    public void Renew(long asked)
    {
        for (var seen = RenewedAt; asked > seen;)
        {
            var before = Interlocked.CompareExchange(ref _renewedAt, asked, seen);
            if (before == seen)
                return;
            seen = before;
        }
    }

    /// <summary>As it is told to the data plane, with a request or to renew it.</summary>
    public Lease ToWire()
    {
        _isGiven = true;
        var until = _time.GetElapsedTime(0, RenewedAt) + _length;
        return new Lease { LeaseId = _id, ValidUntilNanoseconds = until.Ticks * TimeSpan.NanosecondsPerTick };
    }

    /// <summary>Waits until the record has been renewed, where that could not be done in time.</summary>
    public async Task WaitUntilValidAsync(CancellationToken cancellationToken)
    {
        while (!IsValid)
            await Task.Delay(Poll, _time, cancellationToken);
    }
}
