using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace BackupEngine.Chunkstore.Hashing;

/// <summary>Tells whether bytes are all zero, at the speed of memory.</summary>
/// <remarks>
/// Eight vectors are joined before one is tested: searching a span tests each, and takes four times as long where the
/// bytes are in the cache. Data that is not zero mostly ends the scan in the first step.
/// </remarks>
public static class ZeroScan
{
    private const int VectorsPerStep = 8;

    private static int StepBytes => VectorsPerStep * Vector256<byte>.Count;

    /// <summary>Whether every byte is zero; an empty span is.</summary>
    public static bool IsZero(ReadOnlySpan<byte> bytes)
    {
        var stepped = bytes.Length / StepBytes * StepBytes;
        return AreStepsZero(bytes[..stepped]) && !bytes[stepped..].ContainsAnyExcept((byte)0);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static unsafe bool AreStepsZero(ReadOnlySpan<byte> steps)
    {
        fixed (byte* start = steps)
        {
            for (var at = start; at < start + steps.Length; at += StepBytes)
            {
                var v = (Vector256<byte>*)at;
                var any = v[0] | v[1] | (v[2] | v[3]) | (v[4] | v[5] | (v[6] | v[7]));
                if (any != Vector256<byte>.Zero)
                {
                    return false;
                }
            }
        }

        return true;
    }
}
