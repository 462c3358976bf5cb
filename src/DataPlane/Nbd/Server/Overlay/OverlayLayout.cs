using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace BackupEngine.DataPlane.Nbd.Server.Overlay;

/// <summary>Where what is in an overlay file. Stored, and so never changed.</summary>
/// <remarks>
/// A header of one page; two places for every page of the map, one after the other; then the volume's blocks, each at
/// its own offset. What was never written takes no space.
/// </remarks>
internal static class OverlayLayout
{
    /// <summary>The unit of writing, and the size of the header and of a page of the map.</summary>
    public const int BlockBytes = 4096;

    /// <summary>Blocks that one page of the map tells of.</summary>
    public const int BlocksInPage = OverlayPage.Words * OverlayPage.BlocksInWord;

    /// <summary>Places of a page: while one is written the other is whole.</summary>
    public const int PlacesOfPage = 2;

    /// <summary>Number of blocks of a volume.</summary>
    public static long BlockCount(long volumeBytes) => ((volumeBytes - 1) / BlockBytes) + 1;

    /// <summary>Number of pages of a volume's map.</summary>
    public static int PageCount(long volumeBytes) =>
        checked((int)(((BlockCount(volumeBytes) - 1) / BlocksInPage) + 1));

    /// <summary>Offset of one of the two places of a page.</summary>
    public static long PageOffset(int page, int place) =>
        BlockBytes + ((((long)page * PlacesOfPage) + place) * BlockBytes);

    /// <summary>Offset of the volume's first block.</summary>
    public static long DataOffset(long volumeBytes) => PageOffset(PageCount(volumeBytes), place: 0);

    /// <summary>Length of the file.</summary>
    public static long FileBytes(long volumeBytes) =>
        DataOffset(volumeBytes) + (BlockCount(volumeBytes) * BlockBytes);

    /// <summary>Writes the checksum of a page (CRC-32C) to its place, the last four bytes.</summary>
    public static void Seal(Span<byte> page) => BinaryPrimitives.WriteUInt32LittleEndian(page[^4..], Checksum(page));

    /// <summary>Whether the checksum of a page is right.</summary>
    public static bool IsSealed(ReadOnlySpan<byte> page) =>
        BinaryPrimitives.ReadUInt32LittleEndian(page[^4..]) == Checksum(page);

    private static uint Checksum(ReadOnlySpan<byte> page)
    {
        var checksum = uint.MaxValue;
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(page[..^8]))
        {
            checksum = BitOperations.Crc32C(checksum, word);
        }

        return ~BitOperations.Crc32C(checksum, BinaryPrimitives.ReadUInt32LittleEndian(page[^8..]));
    }
}
