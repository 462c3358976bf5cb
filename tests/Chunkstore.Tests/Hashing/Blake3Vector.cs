using System.Text.Json;
using System.Text.Json.Serialization;

namespace BackupEngine.Chunkstore.Tests.Hashing;

/// <summary>
/// The official test vectors (public domain, CC0): digests of the first <see cref="InputBytes"/> bytes of 0, 1, …,
/// 250, 0, 1, ….
/// </summary>
public sealed record Blake3Vector
{
    [JsonPropertyName("input_len")]
    public required int InputBytes { get; init; }

    [JsonPropertyName("hash")]
    public required string Hash { get; init; }

    [JsonPropertyName("keyed_hash")]
    public required string KeyedHash { get; init; }

    [JsonPropertyName("derive_key")]
    public required string DeriveKey { get; init; }

    public static IReadOnlyList<Blake3Vector> All => File.Value.Cases;

    public static ReadOnlySpan<byte> Key => "whats the Elvish word for friend"u8;

    public static string Context => "BLAKE3 2019-12-27 16:29:52 test vectors context";

    private static readonly Lazy<VectorFile> File = new(Load);

    /// <summary>The vectors' input of a length.</summary>
    public static byte[] Input(int bytes)
    {
        var input = new byte[bytes];
        for (var i = 0; i < bytes; i++)
        {
            input[i] = (byte)(i % 251);
        }

        return input;
    }

    /// <summary>The vectors hold extended digests; the first 32 bytes are the ordinary one.</summary>
    public static string Short(string extendedHex) => extendedHex[..64];

    private static VectorFile Load()
    {
        using var stream = typeof(Blake3Vector).Assembly.GetManifestResourceStream("blake3-test-vectors.json")!;
        return JsonSerializer.Deserialize<VectorFile>(stream)!;
    }

    private sealed record VectorFile
    {
        [JsonPropertyName("cases")]
        public required IReadOnlyList<Blake3Vector> Cases { get; init; }
    }
}
