using System.Text;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Manifests;

namespace BackupEngine.Chunkstore.Format;

/// <summary>A manifest as bytes. Byte table: docs/format.md, "Manifest".</summary>
internal sealed class ManifestFile(ManifestEnvelope envelope)
{
    /// <summary>The form of manifests in the clear.</summary>
    public ManifestFile(Guid repositoryId, byte[] key)
        : this(new ManifestEnvelope(repositoryId, key, data: null))
    {
    }

    /// <summary>No manifest is longer, in bytes.</summary>
    public const int MaximumBytes =
        ManifestEnvelope.MaximumOverheadBytes
        + FixedBytes + BackupIdBytes + VolumeIdBytes + BackupIdBytes + BaseTokenBytes;

    /// <summary>Bytes of the longest volume id: 255 characters of up to four bytes.</summary>
    public const int VolumeIdBytes = 255 * 4;

    /// <summary>Bytes of the longest base token.</summary>
    public const int BaseTokenBytes = 4096;

    private const int FixedBytes = 136;
    private const int BackupIdBytes = 128;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Length of a manifest in bytes; it does not depend on the statistics.</summary>
    public int LengthOf(Manifest manifest) => envelope.OverheadBytes + BodyLengthOf(Strings(manifest));

    /// <summary>The bytes of a manifest.</summary>
    public byte[] Write(Manifest manifest)
    {
        var strings = Strings(manifest);
        var body = new byte[BodyLengthOf(strings)];
        var fields = new FieldWriter(body);
        fields.ChunkId(manifest.Root.RootId);
        fields.I64(manifest.Root.Shape.VolumeBytes);
        fields.U32((uint)manifest.Root.Shape.ChunkSizeBytes);
        fields.Zeros(4);
        fields.I64(manifest.CreatedAt.UtcTicks);
        WriteStatistics(ref fields, manifest.Statistics);
        fields.I64(manifest.RereadPositionBytes);
        fields.Zeros(8);
        foreach (var text in strings)
        {
            fields.U16((ushort)text.Length);
        }

        foreach (var text in strings)
        {
            fields.Bytes(text);
        }

        fields.End();
        return envelope.Wrap(
            body, manifest.RereadPositionBytes == 0 ? FormatVersion.Current : FormatVersion.ManifestWithReread);
    }

    /// <inheritdoc cref="ManifestEnvelope.CheckStored(ReadOnlySpan{byte}, string)"/>
    public void CheckStored(ReadOnlySpan<byte> bytes, string fileName) => envelope.CheckStored(bytes, fileName);

    /// <summary>Parses and checks the bytes of a manifest.</summary>
    /// <exception cref="CorruptDataException">They are not what was written.</exception>
    /// <exception cref="RepositoryFormatException">They are of another format version.</exception>
    /// <exception cref="RepositoryKeyException">The repository was opened without its key.</exception>
    public Manifest Read(ReadOnlySpan<byte> bytes, BackupId expected, string fileName)
    {
        var fields = new FieldReader(envelope.Unwrap(bytes, fileName), fileName);
        try
        {
            return Read(ref fields, expected);
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or OverflowException)
        {
            throw new CorruptDataException(fields.Damaged("a field with an impossible value").Message, exception);
        }
    }

    private static Manifest Read(ref FieldReader fields, BackupId expected)
    {
        var rootId = fields.ChunkId();
        var shape = new TreeShape(fields.Size(), checked((int)fields.U32()));
        fields.Zeros(4);
        var createdAt = new DateTimeOffset(fields.Size(), TimeSpan.Zero);
        var statistics = ReadStatistics(ref fields);
        var rereadPosition = fields.Size();
        fields.Zeros(8);
        Span<int> lengths = [fields.U16(), fields.U16(), fields.U16(), fields.U16()];
        var backupId = BackupId.Parse(Utf8.GetString(fields.Take(lengths[0])));
        if (backupId != expected)
        {
            throw fields.Damaged($"the manifest of backup '{backupId}'");
        }

        var manifest = new Manifest
        {
            BackupId = backupId,
            VolumeId = Utf8.GetString(fields.Take(lengths[1])),
            ParentId = lengths[2] == 0 ? null : BackupId.Parse(Utf8.GetString(fields.Take(lengths[2]))),
            BaseToken = Utf8.GetString(fields.Take(lengths[3])),
            CreatedAt = createdAt,
            Root = new TreeRoot(shape, rootId),
            Statistics = statistics,
            RereadPositionBytes = rereadPosition,
        };
        return fields.IsAtEnd ? manifest : throw fields.Damaged("bytes after its last field");
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

    private static int BodyLengthOf(byte[][] strings) => FixedBytes + strings.Sum(text => text.Length);

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
