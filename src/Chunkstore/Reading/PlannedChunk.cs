using System.Runtime.InteropServices;
using BackupEngine.Chunkstore.Index;

namespace BackupEngine.Chunkstore.Reading;

/// <summary>A chunk that is wanted at one place, and where it lies.</summary>
/// <param name="Place">The place that wants it.</param>
/// <param name="Location">Where the index says it is.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PlannedChunk(int Place, ChunkLocation Location)
{
    /// <summary>By pack, by offset, and where one chunk is wanted many times, by place.</summary>
    public static int Compare(PlannedChunk left, PlannedChunk right)
    {
        var order = left.Location.Pack.Value.CompareTo(right.Location.Pack.Value);
        order = order != 0 ? order : left.Location.Offset.CompareTo(right.Location.Offset);
        return order != 0 ? order : left.Place.CompareTo(right.Place);
    }
}
