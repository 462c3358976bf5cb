using System.Diagnostics;

namespace BackupEngine.Chunkstore.Stages;

/// <summary>
/// Where the time of one job went: wall and processor time and bytes of every stage, summed over all threads. Safe to
/// use from many threads.
/// </summary>
public sealed class StageTotals
{
    private static readonly int Stages = Enum.GetValues<Stage>().Length;

    private readonly long[] _wallTicks = new long[Stages];
    private readonly long[] _cpuNanoseconds = new long[Stages];
    private readonly long[] _bytes = new long[Stages];

    /// <summary>A clock for one thread, or for work that wanders between threads but is never at two places.</summary>
    public StageClock NewClock() => new(this);

    /// <summary>Time spent at a stage, in seconds.</summary>
    public double WallSeconds(Stage stage) =>
        (double)Volatile.Read(ref _wallTicks[(int)stage]) / Stopwatch.Frequency;

    /// <summary>Processor time spent at a stage, in seconds.</summary>
    public double CpuSeconds(Stage stage) => Volatile.Read(ref _cpuNanoseconds[(int)stage]) / 1e9;

    /// <summary>Bytes that went through a stage; 0 where they were not counted.</summary>
    public long Bytes(Stage stage) => Volatile.Read(ref _bytes[(int)stage]);

    internal void Add(Stage stage, long wallTicks, long cpuNanoseconds, long bytes)
    {
        Interlocked.Add(ref _wallTicks[(int)stage], wallTicks);
        Interlocked.Add(ref _cpuNanoseconds[(int)stage], cpuNanoseconds);
        Interlocked.Add(ref _bytes[(int)stage], bytes);
    }
}
