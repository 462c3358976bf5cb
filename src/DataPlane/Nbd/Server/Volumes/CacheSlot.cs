using System.Buffers;
using BackupEngine.Chunkstore;

namespace BackupEngine.DataPlane.Nbd.Server.Volumes;

/// <summary>A place for one decompressed chunk. All but the content is changed under the lock of its cache.</summary>
internal sealed class CacheSlot(IMemoryOwner<byte> buffer)
{
    /// <summary>The chunk it holds, or is to hold.</summary>
    public ChunkId Id { get; set; }

    /// <summary>Length of the chunk in bytes.</summary>
    public int LengthBytes { get; set; }

    /// <summary>How many use it now; it is taken for another chunk only when nobody does.</summary>
    public int Users { get; set; }

    /// <summary>Whether the content is there and was checked against the id.</summary>
    public bool IsLoaded { get; set; }

    /// <summary>Why the chunk could not be read; null where it was, or where it is still being read.</summary>
    public Exception? Failure { get; set; }

    /// <summary>What those wait for who need the chunk while another reads it; null where nobody waits.</summary>
    public TaskCompletionSource? Waiting { get; set; }

    /// <summary>The slot used after this one.</summary>
    public CacheSlot? Newer { get; set; }

    /// <summary>The slot used before this one.</summary>
    public CacheSlot? Older { get; set; }

    /// <summary>The content, of <see cref="LengthBytes"/>.</summary>
    public Memory<byte> Plain => buffer.Memory[..LengthBytes];

    /// <summary>Gives the memory back.</summary>
    public void Free() => buffer.Dispose();
}
