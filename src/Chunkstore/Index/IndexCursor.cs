using System.Runtime.InteropServices;

namespace BackupEngine.Chunkstore.Index;

/// <summary>How far a walk over the places of one id has come; the default is its beginning.</summary>
/// <param name="Segment">Place of the segment in its view.</param>
/// <param name="Position">Where to go on in it; 0 = at the first entry of the id.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct IndexCursor(int Segment, long Position);
