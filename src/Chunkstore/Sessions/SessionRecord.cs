using System.Text.Json.Serialization;

namespace BackupEngine.Chunkstore.Sessions;

/// <summary>
/// What <c>sessions/&lt;id&gt;</c> says: who is working in the repository. Byte-for-byte JSON; see docs/format.md,
/// "Session".
/// </summary>
internal sealed record SessionRecord
{
    [JsonPropertyName("format_version")]
    public required int FormatVersion { get; init; }

    [JsonPropertyName("session_id")]
    public required string SessionId { get; init; }

    /// <summary>What it does; so far only <c>backup</c>.</summary>
    [JsonPropertyName("kind")]
    public required string Kind { get; init; }

    /// <summary>What it works on: the backup id.</summary>
    [JsonPropertyName("subject")]
    public required string Subject { get; init; }

    /// <summary>
    /// Roots that the collector keeps while the session is registered. A record without them is not readable: what it
    /// pins would be unknown.
    /// </summary>
    [JsonPropertyName("pins")]
    public required IReadOnlyList<SessionPin> Pins { get; init; }

    [JsonPropertyName("started_at")]
    public required DateTimeOffset StartedAt { get; init; }

    [JsonPropertyName("process")]
    public required ProcessIdentity Process { get; init; }
}
