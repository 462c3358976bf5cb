using System.Buffers;

namespace BackupEngine.Chunkstore.Packs;

/// <summary>A part of an <see cref="AlignedRegion"/>, which outlives it.</summary>
internal sealed unsafe class AlignedBuffer(AlignedRegion region, int offsetBytes, int lengthBytes) : MemoryManager<byte>
{
    public override Span<byte> GetSpan() => region.Slice(offsetBytes, lengthBytes);

    public override MemoryHandle Pin(int elementIndex = 0) => new(region.AddressOf(offsetBytes + elementIndex));

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}
