using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Hashing;
using BackupEngine.Chunkstore.Packs;

namespace BackupEngine.Chunkstore.Format;

/// <summary>
/// A file of garbage collection: a list of packs and a list of roots. Byte table: docs/format.md, "Garbage collection".
/// </summary>
internal sealed record CollectionFile(CollectionFileKind Kind, long Generation)
{
    /// <summary>Packs in one file at most.</summary>
    public const int MaximumPacks = 64 * 1024;

    /// <summary>Roots in one file at most.</summary>
    public const int MaximumPins = 1024;

    /// <summary>No file is longer, in bytes.</summary>
    public const int MaximumBytes =
        HeaderBytes + (MaximumPacks * PackBytes) + (MaximumPins * PinBytes) + Blake3.DigestBytes;

    private const int HeaderBytes = 64;
    private const int PackBytes = 16;
    private const int PinBytes = 40;

    public IReadOnlyCollection<PackId> Packs { get; init; } = [];

    public IReadOnlyCollection<PinnedRoot> Pins { get; init; } = [];

    public byte[] Write(Guid repositoryId)
    {
        var lists = (Packs.Count * PackBytes) + (Pins.Count * PinBytes);
        var bytes = new byte[HeaderBytes + lists + Blake3.DigestBytes];
        var fields = new FieldWriter(bytes);
        fields.Bytes(Magic.Collection);
        fields.U16(FormatVersion.Current);
        fields.U16(FormatVersion.MinimumReader);
        fields.U16((ushort)Kind);
        fields.Zeros(2);
        fields.Uuid(repositoryId);
        fields.I64(Generation);
        fields.I64(Packs.Count);
        fields.I64(Pins.Count);
        fields.Zeros(8);
        foreach (var pack in Packs.OrderBy(pack => pack.Value))
        {
            fields.Id128(pack.Value);
        }

        foreach (var pin in Pins)
        {
            fields.ChunkId(pin.RootId);
            fields.I64(pin.VolumeBytes);
        }

        Blake3.Hash(bytes.AsSpan(0, fields.Position), fields.Take(Blake3.DigestBytes));
        fields.End();
        return bytes;
    }

    /// <summary>Parses and checks the bytes of a file.</summary>
    /// <exception cref="CorruptDataException">They are not what was written.</exception>
    /// <exception cref="RepositoryFormatException">They are of another format version.</exception>
    public static CollectionFile Read(ReadOnlySpan<byte> bytes, Guid repositoryId, string fileName)
    {
        var fields = new FieldReader(bytes, fileName);
        fields.Magic(Magic.Collection);
        FormatVersion.RequireReadable(fields.U16(), fields.U16(), fileName);
        var kind = (CollectionFileKind)fields.U16();
        fields.Zeros(2);
        var repository = fields.Uuid();
        var generation = fields.Size();
        var (packCount, pinCount) = (fields.Size(), fields.Size());
        fields.Zeros(8);
        Span<byte> digest = stackalloc byte[Blake3.DigestBytes];
        Blake3.Hash(bytes[..Math.Max(0, bytes.Length - Blake3.DigestBytes)], digest);
        if (!bytes.EndsWith(digest) || repository != repositoryId || !Enum.IsDefined(kind)
            || packCount > MaximumPacks || pinCount > MaximumPins
            || bytes.Length != HeaderBytes + (packCount * PackBytes) + (pinCount * PinBytes) + Blake3.DigestBytes)
        {
            throw fields.Damaged("a digest, a length, a kind or a repository that is wrong");
        }

        var packs = new PackId[packCount];
        for (var i = 0; i < packs.Length; i++)
        {
            packs[i] = new PackId(fields.Id128());
        }

        var pins = new PinnedRoot[pinCount];
        for (var i = 0; i < pins.Length; i++)
        {
            pins[i] = new PinnedRoot(fields.ChunkId(), fields.Size());
        }

        return new CollectionFile(kind, generation) { Packs = packs, Pins = pins };
    }
}
