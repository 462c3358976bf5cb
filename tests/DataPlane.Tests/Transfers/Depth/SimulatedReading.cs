using BackupEngine.DataPlane.Transfers.Depth;

namespace BackupEngine.DataPlane.Tests.Transfers.Depth;

/// <summary>Lanes that read a device of a known speed, on a clock that goes on as fast as they do.</summary>
internal sealed class SimulatedReading
{
    private const int BufferBytes = 1 << 20;

    private readonly ManualTime _time = new();
    private readonly int _lanes;

    public SimulatedReading(int maximum, int lanes = 2)
    {
        _lanes = lanes;
        Depth = new AdaptiveDepth(maximum, lanes, _time);
    }

    public AdaptiveDepth Depth { get; }

    /// <summary>Times that the depth changed.</summary>
    public int Changes { get; private set; }

    /// <summary>The deepest it ever was.</summary>
    public int Deepest { get; private set; } = 1;

    /// <summary>Share of what was read with another depth than it came to at last.</summary>
    public double ElsewhereShare(int from) => Elsewhere.Skip(from).Count(depth => depth != Depth.Current)
        / (double)Math.Max(1, Elsewhere.Count - from);

    /// <summary>The depth with which each buffer was read.</summary>
    public List<int> Elsewhere { get; } = [];

    /// <summary>Reads, with the lanes standing still for the device for a share of the time.</summary>
    public SimulatedReading Read(int buffers, Func<int, double> bytesPerSecond, double waitingShare = 1)
    {
        for (var i = 0; i < buffers; i++)
        {
            var before = Depth.Current;
            var elapsed = TimeSpan.FromSeconds(BufferBytes / bytesPerSecond(before));
            _time.Advance(elapsed);
            Depth.Report(BufferBytes, elapsed * (waitingShare * _lanes));
            Changes += Depth.Current == before ? 0 : 1;
            Deepest = Math.Max(Deepest, Depth.Current);
            Elsewhere.Add(before);
        }

        return this;
    }
}
