namespace BackupEngine.DataPlane.Tests.Nbd.Server;

/// <summary>
/// What a volume may hold: the content as it is, and for every byte what it may be after a crash: what was flushed
/// last, or anything that was written since.
/// </summary>
internal sealed class OverlayModel(byte[] content)
{
    private readonly List<(int Offset, byte[] Before, byte[] Bytes)> _unflushed = [];
    private byte[] _flushed = [.. content];

    public byte[] Now { get; private set; } = [.. content];

    public void Write(int offset, ReadOnlySpan<byte> bytes)
    {
        _unflushed.Add((offset, Now.AsSpan(offset, bytes.Length).ToArray(), bytes.ToArray()));
        bytes.CopyTo(Now.AsSpan(offset));
    }

    public void Flush()
    {
        _flushed = [.. Now];
        _unflushed.Clear();
    }

    /// <summary>Takes over what was found after a crash, after a look at whether it may be so.</summary>
    public void Recover(byte[] found)
    {
        var wrong = Enumerable.Range(0, found.Length).FirstOrDefault(
            i => found[i] != _flushed[i] && !_unflushed.Exists(write => Covers(write, i, found[i])), -1);
        Assert.True(wrong < 0, $"byte {wrong} is neither what was flushed nor what was written since");
        Now = [.. found];
        Flush();
    }

    private static bool Covers((int Offset, byte[] Before, byte[] Bytes) write, int index, byte value) =>
        index >= write.Offset && index < write.Offset + write.Bytes.Length
        && (write.Bytes[index - write.Offset] == value || write.Before[index - write.Offset] == value);
}
