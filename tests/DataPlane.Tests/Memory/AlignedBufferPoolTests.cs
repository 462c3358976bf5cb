using System.Buffers;
using System.IO.Pipelines;
using BackupEngine.DataPlane.Memory;

namespace BackupEngine.DataPlane.Tests.Memory;

public sealed class AlignedBufferPoolTests
{
    private const int BlockBytes = 64 * 1024;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(4096, PageMode.HugeTlb)]
    [InlineData(1 << 20, PageMode.Madvise)]
    [InlineData(1 << 20, PageMode.SmallPages)]
    [InlineData(3 << 20, PageMode.HugeTlb)]
    [InlineData(12 * 4096, PageMode.Madvise)]
    public unsafe void Every_buffer_is_aligned_of_the_one_size_and_its_owners_alone(int blockBytes, PageMode best)
    {
        const int Count = 40;
        using var pool = new AlignedBufferPool(
            new() { BlockSizeBytes = blockBytes, MaxTotalBytes = (long)Count * blockBytes, BestPageMode = best });
        var owners = Enumerable.Range(0, Count).Select(_ => pool.Rent()).ToArray();
        for (var i = 0; i < Count; i++)
        {
            owners[i].Memory.Span.Fill((byte)i);
        }

        for (var i = 0; i < Count; i++)
        {
            using var pin = owners[i].Memory.Pin();
            Assert.Equal(0, (nint)pin.Pointer % AlignedBufferPool.AlignmentBytes);
            Assert.Equal(blockBytes, owners[i].Memory.Length);
            Assert.False(owners[i].Memory.Span.ContainsAnyExcept((byte)i));
            owners[i].Dispose();
        }

        Assert.True(pool.PageMode >= best);
        pool.EnsureAllReturned();
    }

    [Fact]
    public void The_first_buffer_lies_on_a_huge_page_boundary()
    {
        using var region = MemoryRegion.Map(1, PageMode.Madvise);
        unsafe
        {
            Assert.Equal(0, (nint)region.Address % MemoryRegion.HugePageBytes);
        }

        Assert.Equal(MemoryRegion.HugePageBytes, region.LengthBytes);
    }

    [Fact]
    public void Transparent_huge_pages_are_really_used_where_they_are_reported()
    {
        using var pool = Pool(16, 2 << 20, PageMode.Madvise);
        Assert.SkipUnless(pool.PageMode == PageMode.Madvise, "needs transparent huge pages: switched off on this host");
        using var owner = pool.Rent();
        owner.Memory.Span.Fill(1);
        var hugeBytes = File.ReadLines("/proc/self/smaps_rollup")
            .Where(line => line.StartsWith("AnonHugePages:", StringComparison.Ordinal))
            .Sum(line => 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]));
        Assert.True(hugeBytes >= 2 << 20, $"{hugeBytes} bytes of this process are on huge pages.");
    }

    [Fact]
    public void A_rent_beyond_the_bound_throws_and_succeeds_again_after_a_return()
    {
        using var pool = Pool(2);
        var first = pool.Rent();
        using var second = pool.Rent();
        var error = Assert.Throws<InvalidOperationException>(() => pool.Rent());
        Assert.Contains("All 2 buffers of 65536 bytes are in use", error.Message, StringComparison.Ordinal);
        first.Dispose();
        pool.Rent().Dispose();
    }

    [Fact]
    public async Task A_waiting_rent_gets_the_buffer_that_comes_back()
    {
        using var pool = Pool(1);
        var first = await pool.RentAsync(Cancelled);
        var waiting = pool.RentAsync(Cancelled).AsTask();
        Assert.False(waiting.IsCompleted);
        first.Dispose();
        (await waiting).Dispose();
        pool.EnsureAllReturned();
    }

    [Fact]
    public async Task A_waiting_rent_can_be_cancelled_and_costs_no_buffer()
    {
        using var pool = Pool(1);
        using var stop = new CancellationTokenSource();
        var first = pool.Rent();
        var waiting = pool.RentAsync(stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        first.Dispose();
        pool.Rent().Dispose();
    }

    [Fact]
    public void Returning_twice_throws_and_leaves_the_next_owner_alone()
    {
        using var pool = Pool(1);
        var first = pool.Rent();
        first.Dispose();
        using var second = pool.Rent();
        Assert.Throws<InvalidOperationException>(first.Dispose);
        second.Memory.Span[0] = 1;
        Assert.Equal((2, 1), (pool.RentedCount, pool.ReturnedCount));
    }

    [Fact]
    public void A_returned_buffer_cannot_be_touched()
    {
        using var pool = Pool(1);
        var owner = pool.Rent();
        var memory = owner.Memory;
        owner.Dispose();
        Assert.Throws<ObjectDisposedException>(() => owner.Memory);
        Assert.Throws<ObjectDisposedException>(() => memory.Span.Length);
        Assert.Throws<ObjectDisposedException>(() => memory.Pin());
    }

    [Fact]
    public void The_leak_gate_names_what_was_not_returned()
    {
        using var pool = Pool(3);
        using var held = pool.Rent();
        var error = Assert.Throws<InvalidOperationException>(pool.EnsureAllReturned);
        Assert.Contains("1 buffers of 65536 bytes were not returned", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Memory_in_use_outlives_the_pool()
    {
        var pool = Pool(2);
        var held = pool.Rent();
        pool.Dispose();
        held.Memory.Span.Fill(3);
        Assert.Throws<ObjectDisposedException>(() => pool.Rent());
        held.Dispose();
        pool.EnsureAllReturned();
        pool.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5000)]
    public void A_block_size_that_is_no_multiple_of_4096_is_refused(int blockBytes) =>
        Assert.ThrowsAny<ArgumentException>(
            () => new AlignedBufferPool(new() { BlockSizeBytes = blockBytes, MaxTotalBytes = 1 << 20 }));

    [Fact]
    public void More_than_a_block_is_refused() =>
        Assert.ThrowsAny<ArgumentException>(() => Pool(2).Rent(BlockBytes + 1));

    [Fact]
    public async Task A_pipe_over_the_pool_hands_on_whole_aligned_blocks_and_returns_them_all()
    {
        using var pool = Pool(4);
        var pipe = new Pipe(new PipeOptions(
            pool,
            pauseWriterThreshold: 3 * BlockBytes,
            resumeWriterThreshold: 2 * BlockBytes,
            minimumSegmentSize: BlockBytes,
            useSynchronizationContext: false));
        var writing = Task.Run(() => WriteAsync(pipe.Writer), Cancelled);
        var blocks = 0;
        for (var more = true; more;)
        {
            var read = await pipe.Reader.ReadAtLeastAsync(BlockBytes, Cancelled);
            if (read.Buffer.Length >= BlockBytes)
            {
                AssertAligned(read.Buffer.Slice(0, BlockBytes), (byte)blocks++);
                pipe.Reader.AdvanceTo(read.Buffer.GetPosition(BlockBytes));
            }

            more = !read.IsCompleted || read.Buffer.Length > BlockBytes;
        }

        await writing;
        await pipe.Reader.CompleteAsync();
        Assert.Equal(50, blocks);
        pool.EnsureAllReturned();
    }

    private static async Task WriteAsync(PipeWriter writer)
    {
        for (var i = 0; i < 50; i++)
        {
            writer.GetMemory(BlockBytes).Span.Fill((byte)i);
            writer.Advance(BlockBytes);
            await writer.FlushAsync(Cancelled);
        }

        await writer.CompleteAsync();
    }

    private static unsafe void AssertAligned(ReadOnlySequence<byte> block, byte value)
    {
        var memory = Assert.Single(Segments(block), segment => !segment.IsEmpty);
        using var pin = memory.Pin();
        Assert.Equal(0, (nint)pin.Pointer % AlignedBufferPool.AlignmentBytes);
        Assert.False(memory.Span.ContainsAnyExcept(value));
    }

    /// <summary>A pipe may put an empty segment, the end of the block before, in front.</summary>
    private static IEnumerable<ReadOnlyMemory<byte>> Segments(ReadOnlySequence<byte> sequence)
    {
        foreach (var segment in sequence)
        {
            yield return segment;
        }
    }

    private static AlignedBufferPool Pool(int blocks, int blockBytes = BlockBytes, PageMode best = PageMode.HugeTlb) =>
        new(new() { BlockSizeBytes = blockBytes, MaxTotalBytes = (long)blocks * blockBytes, BestPageMode = best });
}
