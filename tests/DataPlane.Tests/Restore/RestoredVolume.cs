namespace BackupEngine.DataPlane.Tests.Restore;

/// <summary>A volume by chance: zeros, chunks that appear often, on end or scattered, and others.</summary>
internal sealed class RestoredVolume
{
    private const int Alphabet = 5;

    private readonly Random _random;

    public RestoredVolume(int seed, int chunkBytes)
    {
        _random = new Random(seed);
        ChunkBytes = chunkBytes;
        var chunks = _random.Next(1, 700);
        Content = new byte[(chunks * chunkBytes) - _random.Next(0, chunkBytes)];
        Fill(Content);
    }

    public int ChunkBytes { get; }

    public byte[] Content { get; }

    /// <summary>What a target may hold before: in part the volume, in part something else, in part zeros.</summary>
    public byte[] Target(int extraBytes)
    {
        var held = new byte[Content.Length + extraBytes];
        held.AsSpan().Fill(0xEE);
        for (var at = 0; at < Content.Length;)
        {
            var length = Math.Min(_random.Next(1, 40) * ChunkBytes, Content.Length - at);
            switch (_random.Next(3))
            {
                case 0:
                    Content.AsSpan(at, length).CopyTo(held.AsSpan(at));
                    break;
                case 1:
                    held.AsSpan(at, length).Clear();
                    break;
                default:
                    break;
            }

            at += length;
        }

        return held;
    }

    private void Fill(byte[] content)
    {
        var letters = new byte[Alphabet][];
        for (var i = 0; i < Alphabet; i++)
        {
            letters[i] = new byte[ChunkBytes];
            _random.NextBytes(letters[i].AsSpan(0, ChunkBytes / (i + 1)));
        }

        for (var at = 0; at < content.Length;)
        {
            var kind = _random.Next(4);
            var letter = letters[_random.Next(Alphabet)];
            for (var run = _random.Next(1, 30); run > 0 && at < content.Length; run--)
            {
                var chunk = content.AsSpan(at, Math.Min(ChunkBytes, content.Length - at));
                Write(chunk, kind, kind == 1 ? letters[_random.Next(Alphabet)] : letter);
                at += chunk.Length;
            }
        }
    }

    private void Write(Span<byte> chunk, int kind, byte[] letter)
    {
        switch (kind)
        {
            case 0:
                chunk.Clear();
                break;
            case 1 or 2:
                letter.AsSpan(0, chunk.Length).CopyTo(chunk);
                break;
            default:
                _random.NextBytes(chunk);
                break;
        }
    }
}
