using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;
using BackupEngine.Chunkstore.Hashing;

namespace BackupEngine.Chunkstore.Encryption;

/// <summary>
/// What <c>keys/epoch-&lt;number&gt;</c> says: from now on new packs are encrypted under the data key of this epoch.
/// See docs/format.md, "Key epoch".
/// </summary>
internal sealed record KeyEpochRecord
{
    [JsonPropertyName("format_version")]
    public required int Version { get; init; }

    [JsonPropertyName("repository_id")]
    public required Guid RepositoryId { get; init; }

    [JsonPropertyName("epoch")]
    public required uint Epoch { get; init; }

    [JsonPropertyName("created_at")]
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>64 hexadecimal digits: nobody begins an epoch without the master key.</summary>
    [JsonPropertyName("digest")]
    public required string Digest { get; init; }

    /// <summary>What <see cref="Digest"/> has to be.</summary>
    public static string DigestOf(MasterKey master, Guid repositoryId, uint epoch)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"BackupEngine key epoch\n{repositoryId:D}\n{epoch}\n");
        Span<byte> digest = stackalloc byte[Blake3.DigestBytes];
        Blake3.HashKeyed(master.EpochsKey(), Encoding.UTF8.GetBytes(text), digest);
        return Convert.ToHexStringLower(digest);
    }
}
