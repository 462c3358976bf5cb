namespace BackupEngine.DataPlane.Memory;

/// <summary>How a pool is made.</summary>
public sealed record AlignedBufferPoolOptions
{
    /// <summary>The one size of all buffers, in bytes: a multiple of 4096.</summary>
    public required int BlockSizeBytes { get; init; }

    /// <summary>
    /// The most that may be rented at once, in bytes: at least one block. Memory is mapped when it is first needed.
    /// </summary>
    public required long MaxTotalBytes { get; init; }

    /// <summary>
    /// The best pages to try; a weaker kind is used where the host refuses, and <see
    /// cref="AlignedBufferPool.PageMode"/> says which.
    /// </summary>
    public PageMode BestPageMode { get; init; } = PageMode.HugeTlb;
}
