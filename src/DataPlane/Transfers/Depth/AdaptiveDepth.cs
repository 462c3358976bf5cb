namespace BackupEngine.DataPlane.Transfers.Depth;

/// <summary>
/// Finds the depth of a device: begins with one transfer, doubles while that makes it faster, goes back one step when
/// it does not, and stays there. Only spans of time count in which the lanes stood still for the device: where they are
/// busy with something else, more transfers at once would bring nothing. From time to time it is tried again whether
/// more has begun to bring something, each time after twice as long a while: it never swings.
/// </summary>
internal sealed class AdaptiveDepth : ITransferDepth
{
    /// <summary>Gain below which a step is not worth its buffers, as a share.</summary>
    private const double WorthwhileGain = 0.08;

    /// <summary>The lanes together stand still for the device for at least this share of a span.</summary>
    private const double BoundByDevice = 0.5;

    /// <summary>Spans for each step; the best of them counts: what disturbs the machine only ever slows it.</summary>
    private const int SpansForStep = 2;

    private const int SpansUntilFirstRetry = 64;
    private const long SpanBytes = 24L * 1024 * 1024;
    private static readonly TimeSpan ShortestSpan = TimeSpan.FromMilliseconds(15);
    private static readonly TimeSpan LongestSpan = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly int _lanes;
    private long _spanStart;
    private long _spanBytes;
    private TimeSpan _spanWaited;
    private double _best;
    private int _spans;
    private double _before;
    private bool _settled;
    private int _settledSpans;
    private int _retryAfter = SpansUntilFirstRetry;
    private volatile int _current = 1;

    /// <summary>Begins with a depth of 1.</summary>
    /// <param name="maximum">Never more than this.</param>
    /// <param name="lanes">Lanes that report.</param>
    /// <param name="time">The clock.</param>
    public AdaptiveDepth(int maximum, int lanes, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maximum, 1);
        (Maximum, _lanes, _time, _spanStart) = (maximum, lanes, time, time.GetTimestamp());
    }

    /// <inheritdoc/>
    public int Current => _current;

    /// <inheritdoc/>
    public int Maximum { get; }

    /// <inheritdoc/>
    public void Report(long bytes, TimeSpan waited)
    {
        lock (_gate)
        {
            _spanBytes += bytes;
            _spanWaited += waited;
            var elapsed = _time.GetElapsedTime(_spanStart);
            if ((_spanBytes >= SpanBytes && elapsed >= ShortestSpan) || elapsed >= LongestSpan)
            {
                EndSpan(elapsed);
            }
        }
    }

    private void EndSpan(TimeSpan elapsed)
    {
        var boundByDevice = _spanWaited >= elapsed * (_lanes * BoundByDevice);
        var bytesPerSecond = _spanBytes / elapsed.TotalSeconds;
        (_spanStart, _spanBytes, _spanWaited) = (_time.GetTimestamp(), 0, TimeSpan.Zero);
        if (!boundByDevice)
        {
            return;
        }

        if (_settled && ++_settledSpans < _retryAfter)
        {
            return;
        }

        _settled = false;
        _best = Math.Max(_best, bytesPerSecond);
        if (++_spans == SpansForStep)
        {
            EndStep();
        }
    }

    private void EndStep()
    {
        var (best, before) = (_best, _before);
        (_best, _spans) = (0, 0);
        if (before > 0 && best < before * (1 + WorthwhileGain))
        {
            Settle(Math.Max(1, _current / 2));
        }
        else if (_current == Maximum)
        {
            Settle(_current);
        }
        else
        {
            _before = best;
            _current = Math.Min(_current * 2, Maximum);
        }
    }

    private void Settle(int depth)
    {
        _current = depth;
        (_settled, _settledSpans, _before) = (true, 0, 0);
        _retryAfter = (int)Math.Min(_retryAfter * 2L, int.MaxValue);
    }
}
