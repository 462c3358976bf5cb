using System.Runtime.InteropServices;

namespace BackupEngine.Chunkstore.Collection.Marking;

/// <summary>One entry of a view.</summary>
/// <param name="Segment">Place of its segment in the view.</param>
/// <param name="Position">Its place in the segment.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct EntryPlace(int Segment, long Position);
