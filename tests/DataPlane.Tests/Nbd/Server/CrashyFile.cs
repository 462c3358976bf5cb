using BackupEngine.DataPlane.Nbd.Server.Overlay;

namespace BackupEngine.DataPlane.Tests.Nbd.Server;

/// <summary>
/// A file that can lose its power: what was not flushed is there or not, sector by sector. It can be told to lose it in
/// the middle of something.
/// </summary>
internal sealed class CrashyFile(long lengthBytes) : IOverlayFile
{
    private const int SectorBytes = 512;

    private readonly List<(int Offset, byte[] Bytes)> _unflushed = [];
    private byte[] _durable = new byte[lengthBytes];
    private byte[] _current = new byte[lengthBytes];

    /// <summary>Operations until the power goes; negative for never.</summary>
    public int OperationsLeft { get; set; } = -1;

    public void Read(long offsetBytes, Span<byte> buffer) =>
        _current.AsSpan((int)offsetBytes, buffer.Length).CopyTo(buffer);

    public void Write(long offsetBytes, ReadOnlySpan<byte> buffer)
    {
        _unflushed.Add(((int)offsetBytes, buffer.ToArray()));
        buffer.CopyTo(_current.AsSpan((int)offsetBytes));
        Count();
    }

    public void Discard(long offsetBytes, long lengthBytes) => Write(offsetBytes, new byte[lengthBytes]);

    public void Flush()
    {
        Count();
        _current.CopyTo(_durable, 0);
        _unflushed.Clear();
    }

    public void Dispose()
    {
    }

    /// <summary>The file as it is found when the power is back.</summary>
    public CrashyFile LosePower(Random random)
    {
        var found = new CrashyFile(_durable.Length) { _durable = [.. _durable] };
        foreach (var (offset, bytes) in _unflushed)
        {
            for (var at = 0; at < bytes.Length;)
            {
                var count = Math.Min(bytes.Length - at, SectorBytes - ((offset + at) % SectorBytes));
                if (random.Next(2) == 0)
                {
                    bytes.AsSpan(at, count).CopyTo(found._durable.AsSpan(offset + at));
                }

                at += count;
            }
        }

        found._current = [.. found._durable];
        return found;
    }

    /// <summary>The file as another process finds it after a kill: all that was written.</summary>
    public CrashyFile Reopen() => new(_current.Length) { _durable = _durable, _current = _current };

    private void Count()
    {
        if (OperationsLeft == 0)
        {
            throw new IOException("The power is gone.");
        }

        OperationsLeft--;
    }
}
