using System.Runtime.CompilerServices;

namespace BackupEngine.Chunkstore.Hashing;

/// <summary>
/// Many inputs of one length, side by side in memory: their upper levels, which alone are too narrow for the kernels,
/// are hashed together.
/// </summary>
internal static class Blake3Many
{
    /// <summary>Whether inputs of a length have trees that can be hashed together.</summary>
    public static bool Fits(int inputBytes) => inputBytes is >= 2 * Blake3Constants.LeafBytes
        && int.IsPow2(inputBytes)
        && inputBytes <= Blake3Tree.GroupLeaves * Blake3Constants.LeafBytes;

    /// <summary>Hashes inputs of <paramref name="inputBytes"/>, which fit, into digests of 32 bytes each.</summary>
    public static void Hash(in Blake3Mode mode, ReadOnlySpan<byte> inputs, int inputBytes, Span<byte> digests)
    {
        var groupBytes = Blake3Tree.GroupLeaves * Blake3Constants.LeafBytes;
        while (!inputs.IsEmpty)
        {
            var group = inputs[..Math.Min(groupBytes, inputs.Length)];
            var digestBytes = group.Length / inputBytes * Blake3.DigestBytes;
            HashGroup(mode, group, inputBytes, digests[..digestBytes]);
            inputs = inputs[group.Length..];
            digests = digests[digestBytes..];
        }
    }

    [SkipLocalsInit]
    private static void HashGroup(in Blake3Mode mode, ReadOnlySpan<byte> inputs, int inputBytes, Span<byte> digests)
    {
        Span<byte> level = stackalloc byte[
            (Blake3Tree.GroupLeaves * Blake3Constants.ChainingBytes) + Blake3Lanes.PaddingBytes];
        var nodesEach = inputBytes / Blake3Constants.LeafBytes;
        var nodes = inputs.Length / Blake3Constants.LeafBytes;
        Blake3Lanes.HashLeavesOfMany(mode, inputs, nodesEach, level);
        var parents = Blake3Batch.Parents(mode);
        for (; nodesEach > 2; nodesEach /= 2)
        {
            nodes = Blake3Lanes.HashParents(parents, level, nodes);
        }

        Blake3Lanes.HashParents(Blake3Batch.Roots(mode), level, nodes);
        level[..digests.Length].CopyTo(digests);
    }
}
