using System.Text.Json;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Format;

namespace BackupEngine.Chunkstore.Sessions;

/// <summary>
/// A session record as bytes. A damaged one must never be believed: its pins keep what is being read, and its process
/// tells whether it may be ended.
/// </summary>
internal static class SessionRecordFile
{
    /// <summary>No session record is longer, in bytes.</summary>
    public const int MaximumBytes = 64 * 1024;

    /// <summary>The bytes of a record.</summary>
    public static byte[] Write(SessionRecord record) =>
        ChecksummedText.Write(JsonSerializer.SerializeToUtf8Bytes(record, StoreJson.Default.SessionRecord));

    /// <summary>Parses and checks the bytes of a record.</summary>
    /// <exception cref="CorruptDataException">They are not what was written.</exception>
    /// <exception cref="JsonException">They are of a form that this program does not know.</exception>
    public static SessionRecord Read(ReadOnlySpan<byte> bytes, string fileName) =>
        ChecksummedText.TryRead(bytes, out var text)
        && JsonSerializer.Deserialize(text, StoreJson.Default.SessionRecord) is { } record
            ? record
            : throw new CorruptDataException(
                $"{fileName} is damaged: its checksum is wrong. Its session counts as alive. When that process has "
                + "ended for certain, delete the file.");
}
