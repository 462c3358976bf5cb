using System.Runtime.InteropServices;

namespace BackupEngine.Chunkstore.Index.Merging;

/// <summary>A segment as the policy sees it.</summary>
/// <param name="Id">The segment.</param>
/// <param name="Entries">Its entries.</param>
/// <param name="Packs">Lines of its pack table.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SegmentSize(SegmentId Id, long Entries, int Packs)
{
    public static SegmentSize Of(IndexSegment segment) => new(segment.Id, segment.EntryCount, segment.PackCount);
}
