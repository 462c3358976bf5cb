namespace BackupEngine.ControlPlane.VolumeService.Drivers.Files.ExtentMaps;

/// <summary>Walks an extent map from the first byte on, one extent or hole at a time.</summary>
internal sealed class ExtentCursor : IDisposable
{
    private readonly IEnumerator<FileExtent> _extents;
    private bool _more;

    public ExtentCursor(IEnumerable<FileExtent> extents)
    {
        _extents = extents.GetEnumerator();
        _more = _extents.MoveNext();
    }

    /// <summary>First byte of what the cursor stands on.</summary>
    public long OffsetBytes { get; private set; }

    /// <summary>The extent that the cursor stands on; null on a hole.</summary>
    public FileExtent? Extent => _more && _extents.Current.OffsetBytes <= OffsetBytes ? _extents.Current : null;

    /// <summary>Where the present extent or hole ends; after the last extent there is one hole without end.</summary>
    public long EndBytes => !_more ? long.MaxValue
        : Extent is { } extent ? extent.EndBytes
        : _extents.Current.OffsetBytes;

    /// <summary>Moves on to a byte, at most to the end of the present extent or hole.</summary>
    public void MoveTo(long offsetBytes)
    {
        if (offsetBytes <= OffsetBytes || offsetBytes > EndBytes)
            throw new InvalidOperationException(
                $"The cursor at {OffsetBytes}..{EndBytes} cannot move to {offsetBytes}.");
        if (Extent is { } extent && offsetBytes == extent.EndBytes)
            _more = _extents.MoveNext();
        OffsetBytes = offsetBytes;
    }

    public void Dispose() => _extents.Dispose();
}
