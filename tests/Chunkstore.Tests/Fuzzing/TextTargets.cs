using System.Text;
using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Hashing;
using BackupEngine.Chunkstore.Sessions;

namespace BackupEngine.Chunkstore.Tests.Fuzzing;

/// <summary>The files that are JSON.</summary>
internal static class TextTargets
{
    private static readonly SessionId Session = new(7);

    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("configuration", [Configuration()], bytes => RepositoryConfigFile.Read(bytes, "file"), 64 * 1024)
        {
            Seal = SealConfiguration,
        },
        new("session record", [SessionRecord()], ReadSession, 64 * 1024) { Seal = Seals.Text },
    ];

    private static byte[] Configuration() => RepositoryConfigFile.Write(new RepositoryConfig
    {
        Format = RepositoryConfig.FormatName,
        Version = 1,
        MinimumReaderVersion = 1,
        MinimumWriterVersion = 1,
        RepositoryId = Guid.NewGuid(),
        ChunkSizeBytes = 4096,
        Chunker = "fixed",
        Hash = "blake3-keyed",
        Encryption = "none",
        IdKey = new string('0', 64),
        CreatedAt = DateTimeOffset.UnixEpoch,
        Checksum = "",
    });

    /// <summary>The checksum is the last field; its digits count as zeros.</summary>
    private static void SealConfiguration(byte[] bytes)
    {
        var field = "\"checksum\": \""u8;
        var place = bytes.AsSpan().LastIndexOf(field) + field.Length;
        if (place >= field.Length && place + 64 <= bytes.Length)
        {
            bytes.AsSpan(place, 64).Fill((byte)'0');
            Span<byte> digest = stackalloc byte[Blake3.DigestBytes];
            Blake3.Hash(bytes, digest);
            Encoding.ASCII.GetBytes(Convert.ToHexStringLower(digest), bytes.AsSpan(place));
        }
    }

    private static byte[] SessionRecord() => ChecksummedText.Write(Encoding.UTF8.GetBytes(
        """
        {"format_version": 1, "session_id": "00000000000000000000000000000007", "kind": "backup", "subject": "a",
         "started_at": "2026-01-01T00:00:00+00:00", "process": {"host": "h", "machine_id": "m", "boot_id": "b",
         "pid_namespace": "p", "pid": 4, "start_ticks": 5}}
        """));

    private static void ReadSession(byte[] bytes)
    {
        using var directory = TemporaryDirectory.InMemory();
        using var backend = new LocalDirectoryBackend(directory.Path);
        backend.Initialize();
        File.WriteAllBytes(Path.Combine(directory.Path, "sessions", Session.ToString()), bytes);
        _ = new SessionRegistry(backend, TimeProvider.System).List();
    }
}
