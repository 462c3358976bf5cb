using System.Runtime.InteropServices;
using BackupEngine.Chunkstore.Hashing;
using CsCheck;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Hashing;

/// <summary>
/// Every kernel against its scalar twin: the same digests for any input, number of nodes and counter.
/// </summary>
public sealed class Blake3KernelTests
{
    /// <summary>Set for a child process by <see cref="Blake3TierTests"/>.</summary>
    public const string ExpectedKernelVariable = "BLAKE3_TEST_EXPECTED_KERNEL";

    private const int LeafBytes = Blake3Constants.LeafBytes;
    private const int ChainingBytes = Blake3Constants.ChainingBytes;

    public static TheoryData<Blake3Kernel> Kernels => new(
        Blake3Kernel.Vector128, Blake3Kernel.Vector256, Blake3Kernel.Vector512);

    /// <summary>
    /// Counters that carry from the low into the high word within a batch, and the highest leaf of all.
    /// </summary>
    public static TheoryData<Blake3Kernel, ulong> KernelsAndCounters => new(
        from kernel in Enum.GetValues<Blake3Kernel>()
        from counter in (ulong[])[0, 0xFFFF_FFF0, 0xFFFF_FFF9, 0xFFFF_FFFF, 0x1_0000_0000, 0x3F_FFFF_FFFF_FFE0]
        select (kernel, counter));

    [Fact]
    public void The_selected_kernel_is_the_widest_or_the_one_this_process_was_limited_to()
    {
        var expected = Environment.GetEnvironmentVariable(ExpectedKernelVariable);
        var widest = Enum.GetValues<Blake3Kernel>().Last(Blake3Kernels.IsSupported);
        Assert.Equal(expected ?? widest.ToString(), Blake3.Kernel.ToString());
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Any_input_has_the_digest_of_the_scalar_kernel(Blake3Kernel kernel)
    {
        Blake3Tests.SkipUnlessSupported(kernel);
        var lengths = Gen.OneOf(Gen.Int[0, 5000], Gen.Int[0, 70_000], Gen.Int[0, 1_100_000]);
        Gen.Select(lengths, Gen.Int).Sample((length, seed) =>
        {
            var input = new byte[length];
            new Random(seed).NextBytes(input);
            var key = input.AsSpan().Length >= 32 ? input.AsSpan(0, 32) : Blake3Vector.Key;
            return Blake3Tests.Hash(Blake3Mode.Keyed(key, kernel), input)
                == Blake3Tests.Hash(Blake3Mode.Keyed(key, Blake3Kernel.Scalar), input);
        }, iter: 60);
    }

    [Theory]
    [MemberData(nameof(KernelsAndCounters))]
    public void Any_number_of_leaves_at_any_counter_equals_leaf_by_leaf(Blake3Kernel kernel, ulong counter)
    {
        Blake3Tests.SkipUnlessSupported(kernel);
        var input = Blake3Vector.Input(40 * LeafBytes);
        var level = new byte[41 * ChainingBytes];
        for (var leaves = 1; leaves <= 40; leaves++)
        {
            level.AsSpan().Clear();
            var bytes = (leaves * LeafBytes) - (leaves % 3 * 100);
            var hashed = Blake3Lanes.HashLeaves(Blake3Mode.Plain(kernel), input.AsSpan(0, bytes), counter, level);
            Assert.Equal(leaves, hashed);
            Assert.Equal(LeafByLeaf(input.AsSpan(0, bytes), counter), level[..(leaves * ChainingBytes)]);
            Assert.False(level.AsSpan(leaves * ChainingBytes).ContainsAnyExcept((byte)0));
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Any_number_of_parents_equals_parent_by_parent(Blake3Kernel kernel)
    {
        Blake3Tests.SkipUnlessSupported(kernel);
        var scalar = Blake3Batch.Parents(Blake3Mode.Plain(Blake3Kernel.Scalar));
        for (var nodes = 2; nodes <= 70; nodes++)
        {
            var actual = Blake3Vector.Input((nodes * ChainingBytes) + Blake3Lanes.PaddingBytes);
            var expected = actual.ToArray();
            var left = Blake3Lanes.HashParents(Blake3Batch.Parents(Blake3Mode.Plain(kernel)), actual, nodes);
            Assert.Equal(left, Blake3Lanes.HashParents(scalar, expected, nodes));
            Assert.Equal((nodes + 1) / 2, left);
            Assert.Equal(expected[..(left * ChainingBytes)], actual[..(left * ChainingBytes)]);
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Input_at_any_address_has_the_same_digest(Blake3Kernel kernel)
    {
        Blake3Tests.SkipUnlessSupported(kernel);
        var content = Blake3Vector.Input(33_000);
        var expected = Blake3Tests.Hash(Blake3Mode.Plain(Blake3Kernel.Scalar), content);
        var memory = new byte[content.Length + 64];
        for (var offset = 0; offset < 64; offset++)
        {
            content.CopyTo(memory, offset);
            var actual = Blake3Tests.Hash(Blake3Mode.Plain(kernel), memory.AsSpan(offset, content.Length));
            Assert.Equal(expected, actual);
        }
    }

    private static byte[] LeafByLeaf(ReadOnlySpan<byte> input, ulong counter)
    {
        var level = new List<byte>();
        for (; !input.IsEmpty; counter++)
        {
            var leaf = input[..Math.Min(LeafBytes, input.Length)];
            var words = Blake3Node.Leaf(Blake3Mode.Plain(Blake3Kernel.Scalar), leaf, counter);
            level.AddRange(MemoryMarshal.AsBytes<uint>(words));
            input = input[leaf.Length..];
        }

        return [.. level];
    }
}
