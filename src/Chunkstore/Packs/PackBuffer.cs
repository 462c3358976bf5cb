namespace BackupEngine.Chunkstore.Packs;

/// <summary>
/// A buffer on its way to a pack. Room in it is given out in order under the lock of the stream, and filled outside of
/// it by those who got it; it may be written when nobody is filling it any more.
/// </summary>
internal sealed class PackBuffer(AlignedRegion region, int offsetBytes, int lengthBytes)
{
    public int LengthBytes => lengthBytes;

    /// <summary>Where what did not fit in here goes on; set when the room is given out.</summary>
    public PackBuffer? Next { get; set; }

    /// <summary>Those who have room in it that is not filled yet. Under the lock of the stream.</summary>
    public int Filling { get; set; }

    public Memory<byte> Memory { get; } = new AlignedBuffer(region, offsetBytes, lengthBytes).Memory;
}
