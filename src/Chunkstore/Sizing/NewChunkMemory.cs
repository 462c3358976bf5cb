using System.Numerics;
using System.Runtime.CompilerServices;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Sessions;

namespace BackupEngine.Chunkstore.Sizing;

/// <summary>What the tables of a session's new chunks take, between one checkpoint and the next.</summary>
internal static class NewChunkMemory
{
    /// <summary>Prefixes are uniform, but not even: what stripes may have more than their share.</summary>
    private const int SlackChunks = 4096;

    private const int MostPackRecords = 65_536;

    /// <summary>
    /// Bytes for so many new chunks: two sets, one of which is being written, the entries in the order of the index,
    /// and the directories of packs that are being filled or written.
    /// </summary>
    public static long BytesFor(long chunks)
    {
        var inAll = chunks + Math.Min(chunks, SlackChunks);
        var entry = Unsafe.SizeOf<IndexEntry>();
        var ordered = (long)BitOperations.RoundUpToPowerOf2((ulong)Math.Max(1, inAll)) * entry;
        var directories = 4 * Math.Min(inAll, MostPackRecords) * Unsafe.SizeOf<PackEntry>();
        return (2 * NewChunkSet.BytesFor(inAll)) + ordered + directories;
    }
}
