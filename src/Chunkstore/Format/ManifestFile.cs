using System.Text;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Hashing;
using BackupEngine.Chunkstore.Manifests;

namespace BackupEngine.Chunkstore.Format;

/// <summary>A manifest as bytes. Byte table: docs/format.md, "Manifest".</summary>
/// <remarks>
/// The digest at the end is keyed with a key of the repository, so a manifest of another one is as bad as a damaged
/// one.
/// </remarks>
internal sealed class ManifestFile(Guid repositoryId, byte[] key)
{
    /// <summary>No manifest is longer, in bytes.</summary>
    public const int MaximumBytes =
        FixedBytes + BackupIdBytes + VolumeIdBytes + BackupIdBytes + BaseTokenBytes + Blake3.DigestBytes;

    /// <summary>Bytes of the longest volume id: 255 characters of up to four bytes.</summary>
    public const int VolumeIdBytes = 255 * 4;

    /// <summary>Bytes of the longest base token.</summary>
    public const int BaseTokenBytes = 4096;

    private const int FixedBytes = 176;
    private const int BackupIdBytes = 128;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Length of a manifest in bytes; it does not depend on the statistics.</summary>
    public static int LengthOf(Manifest manifest) =>
        FixedBytes + Strings(manifest).Sum(text => text.Length) + Blake3.DigestBytes;

    /// <summary>The bytes of a manifest.</summary>
    public byte[] Write(Manifest manifest)
    {
        var bytes = new byte[LengthOf(manifest)];
        var strings = Strings(manifest);
        var fields = new FieldWriter(bytes);
        fields.Bytes(Magic.Manifest);
        fields.U16(FormatVersion.Current);
        fields.U16(FormatVersion.MinimumReader);
        fields.U32((uint)bytes.Length);
        fields.Uuid(repositoryId);
        fields.Zeros(8); // key epoch, flags
        fields.ChunkId(manifest.Root.RootId);
        fields.I64(manifest.Root.Shape.VolumeBytes);
        fields.U32((uint)manifest.Root.Shape.ChunkSizeBytes);
        fields.Zeros(4);
        fields.I64(manifest.CreatedAt.UtcTicks);
        WriteStatistics(ref fields, manifest.Statistics);
        fields.Zeros(16);
        foreach (var text in strings)
        {
            fields.U16((ushort)text.Length);
        }

        foreach (var text in strings)
        {
            fields.Bytes(text);
        }

        Blake3.HashKeyed(key, bytes.AsSpan(0, fields.Position), fields.Take(Blake3.DigestBytes));
        fields.End();
        return bytes;
    }

    /// <summary>Parses and checks the bytes of a manifest.</summary>
    /// <exception cref="CorruptDataException">They are not what was written.</exception>
    /// <exception cref="RepositoryFormatException">They are of another format version.</exception>
    public Manifest Read(ReadOnlySpan<byte> bytes, BackupId expected, string fileName)
    {
        var fields = new FieldReader(bytes, fileName);
        try
        {
            return Read(ref fields, bytes, expected, fileName);
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or OverflowException)
        {
            throw new CorruptDataException(fields.Damaged("a field with an impossible value").Message, exception);
        }
    }

    private Manifest Read(ref FieldReader fields, ReadOnlySpan<byte> bytes, BackupId expected, string fileName)
    {
        fields.Magic(Magic.Manifest);
        FormatVersion.RequireReadable(fields.U16(), fields.U16(), fileName);
        RequireDigest(bytes, fields);
        if (fields.U32() != bytes.Length || fields.Uuid() != repositoryId)
        {
            throw fields.Damaged("another length, or belongs to another repository,");
        }

        fields.Zeros(8);
        var rootId = fields.ChunkId();
        var shape = new TreeShape(fields.Size(), checked((int)fields.U32()));
        fields.Zeros(4);
        var createdAt = new DateTimeOffset(fields.Size(), TimeSpan.Zero);
        var statistics = ReadStatistics(ref fields);
        fields.Zeros(16);
        Span<int> lengths = [fields.U16(), fields.U16(), fields.U16(), fields.U16()];
        var backupId = BackupId.Parse(Utf8.GetString(fields.Take(lengths[0])));
        if (backupId != expected)
        {
            throw fields.Damaged($"the manifest of backup '{backupId}'");
        }

        return new Manifest
        {
            BackupId = backupId,
            VolumeId = Utf8.GetString(fields.Take(lengths[1])),
            ParentId = lengths[2] == 0 ? null : BackupId.Parse(Utf8.GetString(fields.Take(lengths[2]))),
            BaseToken = Utf8.GetString(fields.Take(lengths[3])),
            CreatedAt = createdAt,
            Root = new TreeRoot(shape, rootId),
            Statistics = statistics,
        };
    }

    /// <summary>Checks what is to be written before anything is stored.</summary>
    /// <exception cref="ArgumentException">The text has no characters, too many, or ones that are none.</exception>
    public static void RequireText(string text, int minimumChars, int maximumBytes, string what)
    {
        int length;
        try
        {
            length = Utf8.GetByteCount(text);
        }
        catch (EncoderFallbackException exception)
        {
            throw new ArgumentException($"The {what} is not valid Unicode.", exception);
        }

        if (text.Length < minimumChars || length > maximumBytes)
        {
            throw new ArgumentException(
                $"The {what} has {length} bytes; {minimumChars} to {maximumBytes} are allowed.");
        }
    }

    private static byte[][] Strings(Manifest manifest) =>
    [
        Utf8.GetBytes(manifest.BackupId.Value),
        Utf8.GetBytes(manifest.VolumeId),
        Utf8.GetBytes(manifest.ParentId?.Value ?? ""),
        Utf8.GetBytes(manifest.BaseToken),
    ];

    private void RequireDigest(ReadOnlySpan<byte> bytes, in FieldReader fields)
    {
        Span<byte> digest = stackalloc byte[Blake3.DigestBytes];
        Blake3.HashKeyed(key, bytes[..Math.Max(0, bytes.Length - Blake3.DigestBytes)], digest);
        if (!bytes.EndsWith(digest))
        {
            throw fields.Damaged("a digest that is wrong");
        }
    }

    private static void WriteStatistics(ref FieldWriter fields, BackupStatistics statistics)
    {
        fields.I64(statistics.BytesRead);
        fields.I64(statistics.ZeroBytes);
        fields.I64(statistics.BytesUnchanged);
        fields.I64(statistics.ChunksNew);
        fields.I64(statistics.BytesNew);
        fields.I64(statistics.BytesStored);
        fields.I64(statistics.MetadataBytes);
    }

    private static BackupStatistics ReadStatistics(ref FieldReader fields) => new()
    {
        BytesRead = fields.Size(),
        ZeroBytes = fields.Size(),
        BytesUnchanged = fields.Size(),
        ChunksNew = fields.Size(),
        BytesNew = fields.Size(),
        BytesStored = fields.Size(),
        MetadataBytes = fields.Size(),
    };
}
