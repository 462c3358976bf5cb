using BackupEngine.DataPlane.Errors;

namespace BackupEngine.DataPlane.Transfers;

/// <summary>
/// A token bucket over the bytes that a job transfers from or to its device. All lanes share it; its rate may be
/// changed while they wait. A transfer may overdraw the bucket, so its size needs not fit; those after it pay for
/// it.
/// </summary>
public sealed class RateLimiter
{
    private const double BurstSeconds = 0.1;

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly RateLimiter? _all;
    private TaskCompletionSource _rateChanged = NewSignal();
    private long _bytesPerSecond;
    private double _balanceBytes;
    private long _grantedBytes;
    private long _refilledAt;

    /// <summary>Creates a limiter.</summary>
    /// <param name="bytesPerSecond">The rate; 0 for no limit.</param>
    /// <param name="time">The clock.</param>
    /// <param name="all">Limits all jobs together, this one among them; null for none.</param>
    public RateLimiter(long bytesPerSecond = 0, TimeProvider? time = null, RateLimiter? all = null)
    {
        _all = all;
        _time = time ?? TimeProvider.System;
        _refilledAt = _time.GetTimestamp();
        BytesPerSecond = bytesPerSecond;
    }

    /// <summary>
    /// The rate in bytes per second; 0 for no limit. May be set at any time; those who wait follow the new rate.
    /// </summary>
    public long BytesPerSecond
    {
        get => Interlocked.Read(ref _bytesPerSecond);
        set => Change(value);
    }

    /// <summary>Bytes of transfers that were let begin.</summary>
    public long GrantedBytes => Interlocked.Read(ref _grantedBytes);

    /// <summary>Whether there is a limit now, of this job or of all together.</summary>
    public bool IsLimited => BytesPerSecond > 0 || _all is { IsLimited: true };

    /// <summary>Waits until a transfer of that many bytes may begin.</summary>
    public ValueTask AcquireAsync(int bytes, CancellationToken cancellationToken)
    {
        if (IsLimited)
        {
            return WaitForBothAsync(bytes, cancellationToken);
        }

        Interlocked.Add(ref _grantedBytes, bytes);
        return ValueTask.CompletedTask;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async ValueTask WaitForBothAsync(int bytes, CancellationToken cancellationToken)
    {
        await WaitAsync(bytes, cancellationToken);
        if (_all is { } all)
        {
            await all.AcquireAsync(bytes, cancellationToken);
        }

        Interlocked.Add(ref _grantedBytes, bytes);
    }

    private async ValueTask WaitAsync(int bytes, CancellationToken cancellationToken)
    {
        while (!TryTake(bytes, out var wait, out var rateChanged))
        {
            try
            {
                await rateChanged.WaitAsync(wait, _time, cancellationToken);
            }
            catch (TimeoutException)
            {
                // The bucket has filled up meanwhile.
            }
        }
    }

    private bool TryTake(int bytes, out TimeSpan wait, out Task rateChanged)
    {
        lock (_gate)
        {
            Refill();
            (wait, rateChanged) = (TimeSpan.Zero, _rateChanged.Task);
            if (_bytesPerSecond == 0 || _balanceBytes >= 0)
            {
                _balanceBytes -= bytes;
                return true;
            }

            wait = TimeSpan.FromSeconds(Math.Clamp(-_balanceBytes / _bytesPerSecond, 0.001, 3600));
            return false;
        }
    }

    private void Refill()
    {
        var now = _time.GetTimestamp();
        var earned = _time.GetElapsedTime(_refilledAt, now).TotalSeconds * _bytesPerSecond;
        _balanceBytes = Math.Min(_balanceBytes + earned, _bytesPerSecond * BurstSeconds);
        _refilledAt = now;
    }

    private void Change(long bytesPerSecond)
    {
        if (bytesPerSecond < 0)
        {
            throw new UsageException(
                $"A rate limit must be 0 (no limit) or more bytes per second, not {bytesPerSecond}.");
        }

        lock (_gate)
        {
            Refill();
            Interlocked.Exchange(ref _bytesPerSecond, bytesPerSecond);
            _balanceBytes = Math.Max(_balanceBytes, -bytesPerSecond);
            _rateChanged.TrySetResult();
            _rateChanged = NewSignal();
        }
    }
}
