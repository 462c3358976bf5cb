using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Hashing;
using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Verification.Proofs;

namespace BackupEngine.Chunkstore.Format;

/// <summary>A list of proofs as bytes. Byte table: docs/format.md, "Proofs".</summary>
internal static class ProofFile
{
    /// <summary>No list is longer, in bytes.</summary>
    public const int MaximumBytes = 1024 * 1024 * 1024;

    private const int HeaderBytes = 64;
    private const int EntryBytes = 32;

    /// <summary>The bytes of a list.</summary>
    public static byte[] Write(Guid repositoryId, IReadOnlyCollection<KeyValuePair<PackId, PackProof>> proofs)
    {
        var bytes = new byte[HeaderBytes + (proofs.Count * EntryBytes) + Blake3.DigestBytes];
        var fields = new FieldWriter(bytes);
        fields.Bytes(Magic.Proofs);
        fields.U16(FormatVersion.Current);
        fields.U16(FormatVersion.MinimumReader);
        fields.Zeros(4);
        fields.Uuid(repositoryId);
        fields.I64(proofs.Count);
        fields.Zeros(24);
        foreach (var (pack, proof) in proofs.OrderBy(proof => proof.Key.Value))
        {
            fields.Id128(pack.Value);
            fields.I64(proof.PacksTicks);
            fields.I64(proof.DataTicks);
        }

        Blake3.Hash(bytes.AsSpan(0, fields.Position), fields.Take(Blake3.DigestBytes));
        fields.End();
        return bytes;
    }

    /// <summary>Parses and checks the bytes of a list.</summary>
    /// <exception cref="CorruptDataException">They are not what was written.</exception>
    /// <exception cref="RepositoryFormatException">They are of another format version.</exception>
    public static IEnumerable<KeyValuePair<PackId, PackProof>> Read(
        ReadOnlySpan<byte> bytes, Guid repositoryId, string fileName)
    {
        var fields = new FieldReader(bytes, fileName);
        fields.Magic(Magic.Proofs);
        FormatVersion.RequireReadable(fields.U16(), fields.U16(), fileName);
        fields.Zeros(4);
        var repository = fields.Uuid();
        var count = fields.Size();
        fields.Zeros(24);
        Span<byte> digest = stackalloc byte[Blake3.DigestBytes];
        Blake3.Hash(bytes[..Math.Max(0, bytes.Length - Blake3.DigestBytes)], digest);
        if (!bytes.EndsWith(digest) || repository != repositoryId
            || count != (bytes.Length - HeaderBytes - Blake3.DigestBytes) / EntryBytes)
        {
            throw fields.Damaged("a digest, a length or a repository that is wrong");
        }

        var proofs = new KeyValuePair<PackId, PackProof>[count];
        for (var i = 0; i < count; i++)
        {
            proofs[i] = new(new PackId(fields.Id128()), new PackProof(Ticks(ref fields), Ticks(ref fields)));
        }

        return proofs;
    }

    private static long Ticks(ref FieldReader fields)
    {
        var ticks = fields.Size();
        return ticks <= DateTimeOffset.MaxValue.Ticks ? ticks : throw fields.Damaged("an impossible time");
    }
}
