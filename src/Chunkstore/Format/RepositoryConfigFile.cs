using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Hashing;

namespace BackupEngine.Chunkstore.Format;

/// <summary>The configuration as bytes, and its checks.</summary>
internal static class RepositoryConfigFile
{
    /// <summary>No configuration is longer, in bytes.</summary>
    public const int MaximumBytes = 1024 * 1024;

    private const int ChecksumDigits = Blake3.DigestBytes * 2;

    private static readonly string NoChecksum = new('0', ChecksumDigits);

    /// <summary>The bytes of a configuration, its checksum filled in.</summary>
    public static byte[] Write(RepositoryConfig config)
    {
        var unsigned = config with { Checksum = NoChecksum };
        var bytes = JsonSerializer.SerializeToUtf8Bytes(unsigned, StoreJson.Default.RepositoryConfig);
        var place = bytes.AsSpan().LastIndexOf(Encoding.ASCII.GetBytes(NoChecksum));
        Encoding.ASCII.GetBytes(ChecksumOf(bytes), bytes.AsSpan(place));
        return bytes;
    }

    /// <summary>Parses and checks a configuration.</summary>
    /// <exception cref="RepositoryFormatException">It is damaged, of another version, or asks for what this program
    /// has not.</exception>
    public static RepositoryConfig Read(byte[] bytes, string fileName)
    {
        // The version first: what else a later version writes may not even parse here.
        var head = Parse(bytes, StoreJson.Default.RepositoryConfigHead, fileName);
        if (head.Format != RepositoryConfig.FormatName)
        {
            throw new RepositoryFormatException(
                $"{fileName} is not the configuration of a repository of this program. Nothing was changed.");
        }

        FormatVersion.RequireReadable(head.Version, head.MinimumReaderVersion, fileName);
        var config = Parse(bytes, StoreJson.Default.RepositoryConfig, fileName);
        RequireChecksum(config, bytes, fileName);
        RequireKnown(config.Chunker, "fixed", "chunker", fileName);
        RequireKnown(config.Hash, "blake3-keyed", "hash", fileName);
        if (!config.IsEncrypted)
        {
            RequireKnown(config.Encryption, RepositoryConfig.NoEncryption, "encryption", fileName);
        }

        if (!IsChunkSize(config.ChunkSizeBytes) || !IsIdKey(config))
        {
            throw Damaged(fileName, "a field has a value that is not allowed");
        }

        return config;
    }

    /// <summary>Whether chunks may have this size: a power of two from 4 KiB to 4 MiB.</summary>
    public static bool IsChunkSize(int bytes) =>
        bytes is >= RepositoryConfig.MinimumChunkSizeBytes and <= RepositoryConfig.MaximumChunkSizeBytes
        && BitOperations.IsPow2(bytes);

    private static bool IsIdKey(RepositoryConfig config) => config.IsEncrypted
        ? config.IdKey.Length == 0
        : config.IdKey.Length == ChecksumDigits && config.IdKey.All(char.IsAsciiHexDigitLower);

    private static T Parse<T>(byte[] bytes, JsonTypeInfo<T> type, string fileName)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, type) ?? throw Damaged(fileName, "it is empty");
        }
        catch (JsonException exception)
        {
            throw new RepositoryFormatException(Damaged(fileName, "it cannot be parsed").Message, exception);
        }
    }

    private static void RequireChecksum(RepositoryConfig config, byte[] bytes, string fileName)
    {
        var place = bytes.AsSpan().LastIndexOf(Encoding.UTF8.GetBytes(config.Checksum));
        if (config.Checksum.Length != ChecksumDigits || place < 0)
        {
            throw Damaged(fileName, "it has no checksum");
        }

        var unsigned = bytes.ToArray();
        unsigned.AsSpan(place, ChecksumDigits).Fill((byte)'0');
        if (ChecksumOf(unsigned) != config.Checksum)
        {
            throw Damaged(fileName, "its checksum is wrong");
        }
    }

    private static string ChecksumOf(byte[] bytes)
    {
        Span<byte> digest = stackalloc byte[Blake3.DigestBytes];
        Blake3.Hash(bytes, digest);
        return Convert.ToHexStringLower(digest);
    }

    private static void RequireKnown(string value, string known, string field, string fileName)
    {
        if (value != known)
        {
            throw new RepositoryFormatException(
                $"{fileName} asks for {field} '{value}'; this program knows '{known}'. "
                + "Nothing was changed. Use a newer program.");
        }
    }

    private static RepositoryFormatException Damaged(string fileName, string what) => new(
        $"{fileName} is damaged: {what}. Packs, index and manifests are not touched by this; "
        + "restore that one file from a copy.");
}
