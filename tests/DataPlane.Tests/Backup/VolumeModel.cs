using BackupEngine.Chunkstore;

namespace BackupEngine.DataPlane.Tests.Backup;

/// <summary>A volume that lives through a random history, and can name what changed since its last backup.</summary>
internal sealed class VolumeModel
{
    private const int LargestBytes = 3 * 1024 * 1024;
    private readonly Random _random;
    private readonly List<Extent> _changed = [];

    public VolumeModel(int seed)
    {
        _random = new Random(seed);
        Content = new byte[_random.Next(1, LargestBytes)];
        Mutate();
    }

    public byte[] Content { get; private set; }

    /// <summary>Exactly what was written since <see cref="Forget"/>, inside the volume.</summary>
    public IReadOnlyList<Extent> Changed => [.. _changed
        .Where(extent => extent.OffsetBytes < Content.Length)
        .Select(extent => new Extent(
            extent.OffsetBytes, Math.Min(extent.LengthBytes, Content.Length - extent.OffsetBytes)))];

    public void Forget() => _changed.Clear();

    /// <summary>Writes noise, zeros and copies of other places; now and then changes the size.</summary>
    public void Mutate(bool keepSize = false)
    {
        if (!keepSize && _random.Next(3) == 0)
        {
            Resize(_random.Next(1, LargestBytes));
        }

        for (var i = _random.Next(0, 12); i > 0; i--)
        {
            var target = AnyRange();
            switch (_random.Next(4))
            {
                case 0:
                    target.Span.Clear();
                    break;
                case 1:
                    CopyFromElsewhere(target);
                    break;
                default:
                    _random.NextBytes(target.Span);
                    break;
            }
        }
    }

    /// <summary>What changed, and some of what did not, in any order.</summary>
    public IReadOnlyList<Extent> OverReported()
    {
        var reported = Changed.ToList();
        for (var i = _random.Next(0, 4); i > 0; i--)
        {
            var offset = _random.Next(0, Content.Length);
            reported.Add(new Extent(offset, _random.Next(0, Content.Length - offset + 1)));
        }

        return [.. reported.OrderBy(_ => _random.Next())];
    }

    private void Resize(int bytes)
    {
        var content = new byte[bytes];
        Content.AsSpan(0, Math.Min(bytes, Content.Length)).CopyTo(content);
        Content = content;
    }

    private Memory<byte> AnyRange()
    {
        var offset = _random.Next(0, Content.Length);
        var length = _random.Next(1, Math.Min(Content.Length - offset, 200_000) + 1);
        _changed.Add(new Extent(offset, length));
        return Content.AsMemory(offset, length);
    }

    /// <summary>At a multiple of the chunk size, so that the same chunks appear again.</summary>
    private void CopyFromElsewhere(Memory<byte> target)
    {
        var source = _random.Next(0, Content.Length) / PipelineHarness.SmallChunk * PipelineHarness.SmallChunk;
        var length = Math.Min(target.Length, Content.Length - source);
        Content.AsSpan(source, length).ToArray().CopyTo(target.Span);
    }
}
