using System.Text;
using BackupEngine.Chunkstore.Checkpoints;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Manifests.Nodes;
using BackupEngine.Chunkstore.Sessions;

namespace BackupEngine.Chunkstore.Format;

/// <summary>
/// A checkpoint as bytes, signed or sealed as manifests are. Byte table: docs/format.md, "Checkpoint".
/// </summary>
internal sealed class CheckpointFile(ManifestEnvelope envelope)
{
    /// <summary>Bytes of the longest source identity.</summary>
    public const int SourceIdentityBytes = 4096;

    /// <summary>No checkpoint is longer, in bytes.</summary>
    public const int MaximumBytes =
        ManifestEnvelope.MaximumOverheadBytes + FixedBytes + (2 * BackupIdBytes) + ManifestFile.VolumeIdBytes
        + ManifestFile.BaseTokenBytes + SourceIdentityBytes + (Checkpoint.MaximumLeaves * LeafBytes);

    private const int FixedBytes = 120;
    private const int LeafBytes = 48;
    private const int BackupIdBytes = 128;

    /// <summary>Beside the kinds of references: the leaf is as the parent has it.</summary>
    private const byte AsParent = 3;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The bytes of a checkpoint.</summary>
    public byte[] Write(Checkpoint checkpoint)
    {
        var work = checkpoint.Work;
        byte[][] strings =
        [
            Utf8.GetBytes(work.BackupId.Value),
            Utf8.GetBytes(work.VolumeId),
            Utf8.GetBytes(work.ParentId?.Value ?? ""),
            Utf8.GetBytes(work.BaseToken),
            Utf8.GetBytes(work.SourceIdentity),
        ];
        var body = new byte[FixedBytes + strings.Sum(text => text.Length) + (checkpoint.Leaves.Count * LeafBytes)];
        var fields = new FieldWriter(body);
        WriteFixed(ref fields, checkpoint);
        foreach (var text in strings)
        {
            fields.U16((ushort)text.Length);
        }

        fields.Zeros(6);
        foreach (var text in strings)
        {
            fields.Bytes(text);
        }

        foreach (var leaf in checkpoint.Leaves)
        {
            WriteLeaf(ref fields, leaf);
        }

        fields.End();
        return envelope.Wrap(body);
    }

    /// <summary>Parses and checks the bytes of a checkpoint.</summary>
    /// <exception cref="CorruptDataException">They are not what was written under that name.</exception>
    /// <exception cref="RepositoryFormatException">They are of another format version.</exception>
    public Checkpoint Read(ReadOnlySpan<byte> bytes, CheckpointName expected, string fileName)
    {
        var fields = new FieldReader(envelope.Unwrap(bytes, fileName), fileName);
        try
        {
            return Read(ref fields, expected, fileName);
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or OverflowException)
        {
            throw new CorruptDataException(fields.Damaged("a field with an impossible value").Message, exception);
        }
    }

    private static Checkpoint Read(ref FieldReader fields, CheckpointName expected, string fileName)
    {
        var number = fields.U64();
        var createdAt = new DateTimeOffset(fields.Size(), TimeSpan.Zero);
        var session = new SessionId(fields.Id128());
        var shape = new TreeShape(fields.Size(), checked((int)fields.U32()));
        shape.ThrowIfInvalid();
        fields.Zeros(4);
        var parentRoot = fields.ChunkId();
        var scope = new ReadScope(fields.Id128());
        var count = fields.U32();
        fields.Zeros(4);
        Span<int> lengths = [fields.U16(), fields.U16(), fields.U16(), fields.U16(), fields.U16()];
        fields.Zeros(6);
        var work = new CheckpointWork
        {
            BackupId = BackupId.Parse(Utf8.GetString(fields.Take(lengths[0]))),
            VolumeId = Utf8.GetString(fields.Take(lengths[1])),
            ParentId = lengths[2] == 0 ? null : BackupId.Parse(Utf8.GetString(fields.Take(lengths[2]))),
            BaseToken = Utf8.GetString(fields.Take(lengths[3])),
            SourceIdentity = Utf8.GetString(fields.Take(lengths[4])),
            Shape = shape,
            ParentRootId = parentRoot,
            Scope = scope,
        };
        if (new CheckpointName(work.BackupId, number) != expected || count > Checkpoint.MaximumLeaves)
        {
            throw fields.Damaged($"the contents of checkpoint {number} of backup '{work.BackupId}'");
        }

        var leaves = ReadLeaves(ref fields, (int)count, shape, fileName);
        return !fields.IsAtEnd
            ? throw fields.Damaged("bytes after its last field")
            : new Checkpoint
            {
                Work = work,
                Number = number,
                Session = session,
                CreatedAt = createdAt,
                Leaves = leaves,
            };
    }

    private static void WriteFixed(ref FieldWriter fields, Checkpoint checkpoint)
    {
        fields.U64(checkpoint.Number);
        fields.I64(checkpoint.CreatedAt.UtcTicks);
        fields.Id128(checkpoint.Session.Value);
        fields.I64(checkpoint.Work.Shape.VolumeBytes);
        fields.U32((uint)checkpoint.Work.Shape.ChunkSizeBytes);
        fields.Zeros(4);
        fields.ChunkId(checkpoint.Work.ParentRootId);
        fields.Id128(checkpoint.Work.Scope.Digest);
        fields.U32((uint)checkpoint.Leaves.Count);
        fields.Zeros(4);
    }

    private static void WriteLeaf(ref FieldWriter fields, FinishedLeaf leaf)
    {
        var reference = leaf.Reference ?? NodeReference.Zero;
        fields.I64(leaf.Index);
        fields.U8(leaf.Reference is null ? AsParent : (byte)reference.Kind);
        fields.Zeros(1);
        fields.U16((ushort)reference.LiveChunks);
        fields.Zeros(4);
        fields.ChunkId(reference.Id);
    }

    private static FinishedLeaf[] ReadLeaves(ref FieldReader fields, int count, TreeShape shape, string fileName)
    {
        var places = new FieldReader(fields.Take(count * LeafBytes), fileName);
        var leaves = new FinishedLeaf[count];
        var last = -1L;
        for (var i = 0; i < count; i++)
        {
            leaves[i] = ReadLeaf(ref places, shape);
            if (leaves[i].Index <= last || leaves[i].Index >= shape.LeafCount)
            {
                throw places.Damaged("leaves that are out of order or of no place in the volume");
            }

            last = leaves[i].Index;
        }

        return leaves;
    }

    private static FinishedLeaf ReadLeaf(ref FieldReader fields, TreeShape shape)
    {
        var index = fields.Size();
        var kind = fields.U8();
        fields.Zeros(1);
        var live = fields.U16();
        fields.Zeros(4);
        var id = fields.ChunkId();
        var fits = kind switch
        {
            (byte)ReferenceKind.Stored => !id.IsZero && live >= 1 && live <= TreeShape.FanOut,
            (byte)ReferenceKind.Uniform => !id.IsZero && live == 0,
            (byte)ReferenceKind.Zero or AsParent => id.IsZero && live == 0,
            _ => false,
        };
        return fits && index < shape.LeafCount
            ? new FinishedLeaf(index, kind == AsParent ? null : new NodeReference((ReferenceKind)kind, id, live))
            : throw fields.Damaged("a leaf that cannot be");
    }
}
