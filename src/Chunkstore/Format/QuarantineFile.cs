using System.Text.Json;
using BackupEngine.Chunkstore.Errors;

namespace BackupEngine.Chunkstore.Format;

/// <summary>
/// A quarantine as bytes: JSON, and a line with the digest of it. Form: docs/format.md, "Quarantine".
/// </summary>
internal static class QuarantineFile
{
    /// <summary>No quarantine is longer, in bytes.</summary>
    public const int MaximumBytes = 1024 * 1024 * 1024;

    /// <summary>The bytes of a quarantine.</summary>
    public static byte[] Write(QuarantineRecord record) =>
        ChecksummedText.Write(JsonSerializer.SerializeToUtf8Bytes(record, StoreJson.Default.QuarantineRecord));

    /// <summary>Parses and checks the bytes of a quarantine.</summary>
    /// <exception cref="CorruptDataException">They are not what was written.</exception>
    /// <exception cref="RepositoryFormatException">They are of another format version.</exception>
    public static QuarantineRecord Read(ReadOnlySpan<byte> bytes, Guid repositoryId, string fileName)
    {
        if (!ChecksummedText.TryRead(bytes, out var json))
        {
            throw Damaged(fileName, "its digest is wrong");
        }

        QuarantineRecord? record;
        try
        {
            record = JsonSerializer.Deserialize(json, StoreJson.Default.QuarantineRecord);
        }
        catch (JsonException exception)
        {
            throw new CorruptDataException(Damaged(fileName, "it cannot be parsed").Message, exception);
        }

        if (record?.Packs is null || record.Records is null || record.Harmed is null)
        {
            throw Damaged(fileName, "a list is missing");
        }

        FormatVersion.RequireReadable(record.Version, record.MinimumReaderVersion, fileName);
        return record.RepositoryId == repositoryId
            ? record
            : throw Damaged(fileName, "it belongs to another repository");
    }

    private static CorruptDataException Damaged(string fileName, string what) => new(
        $"{fileName}, a list of damaged places, is itself damaged: {what}. No chunk is touched by this, but a backup "
        + "could rely on a place that it names. Run 'verify --level packs', which replaces it.");
}
