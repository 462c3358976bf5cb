using BackupEngine.Chunkstore.Encryption;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Hashing;

namespace BackupEngine.Chunkstore.Format;

/// <summary>
/// What stands around the contents of a manifest or a checkpoint: a header in the clear, and a digest. Where the
/// repository is encrypted the contents between them are sealed. Byte table: docs/format.md, "Manifest".
/// </summary>
/// <remarks>
/// In the clear, the digest is keyed with a key of the repository: a manifest of another one is as bad as a damaged
/// one. Sealed, the seal does that, and the digest has no key, so that damage is found without one.
/// </remarks>
/// <param name="repositoryId">The repository.</param>
/// <param name="key">What signs manifests in the clear; null where they are sealed.</param>
/// <param name="data">What seals them; null where they are in the clear. Both null: the repository is locked.</param>
/// <param name="magic">First bytes of the files, digest and seal cover them; null for manifests.</param>
internal sealed class ManifestEnvelope(Guid repositoryId, byte[]? key, DataKeys? data, byte[]? magic = null)
{
    private readonly byte[] _magic = magic ?? Magic.Manifest.ToArray();

    private readonly int _newestVersion =
        magic is null ? FormatVersion.ManifestWithReread : FormatVersion.Current;

    /// <summary>The most bytes that stand around the contents.</summary>
    public const int MaximumOverheadBytes = HeaderBytes + DataKeys.SaltBytes + RecordSeal.TagBytes + Blake3.DigestBytes;

    private const int HeaderBytes = 40;

    /// <summary>Bytes that stand around the contents.</summary>
    public int OverheadBytes => HeaderBytes + SealedLength(0) + Blake3.DigestBytes;

    /// <summary>The file around its contents.</summary>
    /// <param name="body">The contents.</param>
    /// <param name="version">The format version, and the oldest that can read the contents.</param>
    public byte[] Wrap(ReadOnlySpan<byte> body, ushort version = FormatVersion.Current)
    {
        RequireKey();
        var epoch = data?.CurrentEpoch ?? 0;
        var bytes = new byte[OverheadBytes + body.Length];
        var fields = new FieldWriter(bytes);
        fields.Bytes(_magic);
        fields.U16(version);
        fields.U16(version);
        fields.U32((uint)bytes.Length);
        fields.Uuid(repositoryId);
        fields.U32(epoch);
        fields.Zeros(4); // flags
        var contents = fields.Take(SealedLength(body.Length));
        if (data is null)
        {
            body.CopyTo(contents);
        }
        else
        {
            data.Seal(epoch, bytes.AsSpan(0, HeaderBytes), body, contents);
        }

        Digest(bytes.AsSpan(0, fields.Position), fields.Take(Blake3.DigestBytes));
        fields.End();
        return bytes;
    }

    /// <summary>The contents of a file, checked.</summary>
    /// <exception cref="CorruptDataException">The file is not what was written.</exception>
    /// <exception cref="RepositoryFormatException">It is of another format version.</exception>
    /// <exception cref="RepositoryKeyException">The repository was opened without its key.</exception>
    public ReadOnlySpan<byte> Unwrap(ReadOnlySpan<byte> bytes, string fileName)
    {
        var fields = CheckStored(bytes, fileName, out var epoch);
        RequireKey();
        var contents = fields.Take(bytes.Length - HeaderBytes - Blake3.DigestBytes);
        if (data is null)
        {
            return contents;
        }

        return data.TryOpen(epoch, bytes[..HeaderBytes], contents) is { } body
            ? body
            : throw fields.Damaged("a seal that is wrong");
    }

    /// <summary>Checks what can be checked without the key: where encrypted, every bit of the file.</summary>
    /// <exception cref="CorruptDataException">The file is not what was written.</exception>
    /// <exception cref="RepositoryFormatException">It is of another format version.</exception>
    public void CheckStored(ReadOnlySpan<byte> bytes, string fileName) => CheckStored(bytes, fileName, out _);

    private FieldReader CheckStored(ReadOnlySpan<byte> bytes, string fileName, out uint epoch)
    {
        var fields = new FieldReader(bytes, fileName);
        fields.Magic(_magic);
        FormatVersion.RequireReadable(fields.U16(), fields.U16(), fileName, _newestVersion);
        Span<byte> digest = stackalloc byte[Blake3.DigestBytes];
        Digest(bytes[..Math.Max(0, bytes.Length - Blake3.DigestBytes)], digest);
        if (!bytes.EndsWith(digest))
        {
            throw fields.Damaged("a digest that is wrong");
        }

        if (fields.U32() != bytes.Length || fields.Uuid() != repositoryId)
        {
            throw fields.Damaged("another length, or belongs to another repository,");
        }

        epoch = fields.U32();
        fields.Zeros(4);
        return epoch == 0 == (key is not null)
            ? fields
            : throw fields.Damaged("contents in the clear where they must be sealed, or the other way round,");
    }

    private void RequireKey()
    {
        if (key is null && data is null)
        {
            throw new RepositoryKeyException(
                "The repository is encrypted and was opened without its key; manifests cannot be read or written. "
                + "Nothing was changed. Name the key.");
        }
    }

    private int SealedLength(int length) => key is null ? DataKeys.SealedLength(length) : length;

    private void Digest(ReadOnlySpan<byte> bytes, Span<byte> digest)
    {
        if (key is null)
        {
            Blake3.Hash(bytes, digest);
        }
        else
        {
            Blake3.HashKeyed(key, bytes, digest);
        }
    }
}
