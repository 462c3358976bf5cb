using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Sessions;
using BackupEngine.Chunkstore.Tests.Repositories;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings;

/// <summary>
/// Volumes as words: each letter is a chunk, the same for the same letter; a dot is a chunk of zeros.
/// </summary>
internal static class Letters
{
    public const int ChunkSizeBytes = 4096;

    private static readonly byte[][] Chunks = [.. Enumerable.Range('A', 26).Select(Make)];

    /// <summary>Backs up a word, in one leaf; on top of a parent, letters that are the same are not read.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="writer">The backup.</param>
    /// <param name="word">The volume.</param>
    /// <param name="rest">Called before it looks for a new generation, and again before it commits.</param>
    public static async Task BackUpAsync(
        Repository repository, BackupWriter writer, string word, Action? rest = null)
    {
        var ids = new ChunkId[word.Length];
        var old = new ChunkId[word.Length];
        if (writer.ParentTree is { } parent)
        {
            await parent.ReadLeafAsync(0, old, CancellationToken.None);
        }

        for (var i = 0; i < word.Length; i++)
        {
            if (i == word.Length / 2)
            {
                // What a timer does from time to time.
                rest?.Invoke();
                await writer.PollAsync(CancellationToken.None);
            }

            ids[i] = word[i] == '.' ? ChunkId.Zero : repository.ChunkHasher.Hash(BytesOf(word[i]));
            if (!ids[i].IsZero && ids[i] != old[i])
            {
                await writer.StoreAsync(ids[i], BytesOf(word[i]), CancellationToken.None);
            }
        }

        if (!ids.AsSpan().SequenceEqual(old))
        {
            await writer.Tree.SetLeafAsync(0, ids, CancellationToken.None);
        }

        rest?.Invoke();
        await writer.CommitAsync(new SourceCounters(0, 0, 0), CancellationToken.None);
    }

    /// <summary>Stores the chunks of a word, and no tree; answers with their ids.</summary>
    public static async Task<ChunkId[]> StoreAsync(Repository repository, BackupWriter writer, string word)
    {
        var ids = word.Select(letter => repository.ChunkHasher.Hash(BytesOf(letter))).ToArray();
        foreach (var (number, id) in ids.Index())
        {
            await writer.StoreAsync(id, BytesOf(word[number]), CancellationToken.None);
        }

        return ids;
    }

    public static BackupWriterOptions Options(string backup, string word, Manifest? parent) => new()
    {
        BackupId = BackupId.Parse(backup),
        VolumeId = "volume",
        VolumeBytes = (long)word.Length * ChunkSizeBytes,
        Parent = parent,
        PackSizeBytes = 64 * 1024,
    };

    public static async Task<string> RestoreAsync(Repository repository, Manifest manifest)
    {
        var bytes = await TestVolume.RestoreAsync(repository, manifest);
        return string.Concat(bytes.Chunk(ChunkSizeBytes).Select(LetterOf));
    }

    private static byte[] BytesOf(char letter) => Chunks[letter - 'A'];

    private static byte[] Make(int letter)
    {
        var bytes = new byte[ChunkSizeBytes];
        new Random(letter).NextBytes(bytes);
        return bytes;
    }

    private static char LetterOf(byte[] chunk)
    {
        var found = Array.FindIndex(Chunks, other => chunk.AsSpan().SequenceEqual(other));
        return found >= 0 ? (char)('A' + found) : chunk.AsSpan().ContainsAnyExcept((byte)0) ? '?' : '.';
    }
}
