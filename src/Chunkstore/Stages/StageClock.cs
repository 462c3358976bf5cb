using System.Diagnostics;

namespace BackupEngine.Chunkstore.Stages;

/// <summary>
/// Charges all time since the last mark to one stage. To be marked once for each buffer, not for each chunk: reading
/// the processor time of a thread is a system call.
/// </summary>
/// <remarks>
/// Work that went on on another thread since the last mark is charged its wall time only: what two threads used cannot
/// be told apart.
/// </remarks>
public sealed class StageClock
{
    private readonly StageTotals _totals;
    private long _wallTicks;
    private long _cpuNanoseconds;
    private int _thread;

    internal StageClock(StageTotals totals)
    {
        _totals = totals;
        Start();
    }

    /// <summary>Forgets the time since the last mark.</summary>
    public void Start()
    {
        _thread = Environment.CurrentManagedThreadId;
        _wallTicks = Stopwatch.GetTimestamp();
        _cpuNanoseconds = ThreadCpu.Nanoseconds;
    }

    /// <summary>The time since the last mark was spent at a stage.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="bytes">What went through it meanwhile.</param>
    public void Mark(Stage stage, long bytes = 0)
    {
        var (wall, cpu, thread) = (_wallTicks, _cpuNanoseconds, _thread);
        Start();
        _totals.Add(stage, _wallTicks - wall, thread == _thread ? _cpuNanoseconds - cpu : 0, bytes);
    }

    /// <summary>
    /// The time since the last mark was spent waiting. The little processor time that waiting takes is charged to the
    /// next stage, which is cheaper than to ask for it.
    /// </summary>
    public void MarkWait(Stage stage)
    {
        if (_thread != Environment.CurrentManagedThreadId)
        {
            Mark(stage);
            return;
        }

        var wall = _wallTicks;
        _wallTicks = Stopwatch.GetTimestamp();
        _totals.Add(stage, _wallTicks - wall, 0, 0);
    }
}
