using System.Runtime.InteropServices;
using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Reading;

namespace BackupEngine.DataPlane.Restore;

/// <summary>One thing that a worker does.</summary>
/// <param name="Kind">What.</param>
/// <param name="Window">The window that it is part of; null for extents of zeros.</param>
/// <param name="Piece">The chunks to be read and written.</param>
/// <param name="FirstPlace">The first place in the window that is compared.</param>
/// <param name="Extent">The extent that is made zero or compared.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RestoreWork(
    WorkKind Kind, RestoreWindow? Window, ReadPiece Piece, int FirstPlace, Extent Extent)
{
    /// <summary>Chunks to be read and written.</summary>
    public static RestoreWork Read(RestoreWindow window, ReadPiece piece) =>
        new(WorkKind.Piece, window, piece, 0, default);

    /// <summary>An extent that shall be zero.</summary>
    public static RestoreWork Zero(Extent extent, bool compare) =>
        new(compare ? WorkKind.CompareZero : WorkKind.Zero, null, default, 0, extent);

    /// <summary>Places of a window to be compared, one behind the other on the volume.</summary>
    public static RestoreWork Compare(RestoreWindow window, int firstPlace, Extent extent) =>
        new(WorkKind.Compare, window, default, firstPlace, extent);
}
