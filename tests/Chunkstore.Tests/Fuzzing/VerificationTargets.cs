using System.Text;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Hashing;
using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Verification.Proofs;

namespace BackupEngine.Chunkstore.Tests.Fuzzing;

/// <summary>The files of verification.</summary>
internal static class VerificationTargets
{
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("proofs", [Proofs()], bytes => ProofFile.Read(bytes, Guid.Empty, "file"), 32 * 1024)
        {
            Seal = bytes =>
            {
                if (bytes.Length >= Blake3.DigestBytes)
                {
                    Blake3.Hash(bytes.AsSpan(..^Blake3.DigestBytes), bytes.AsSpan(^Blake3.DigestBytes..));
                }
            },
        },
        new("quarantine", [Quarantine()], bytes => QuarantineFile.Read(bytes, Guid.Empty, "file"), 64 * 1024)
        {
            Seal = Seals.Text,
        },
    ];

    private static byte[] Proofs() => ProofFile.Write(
        Guid.Empty,
        new Dictionary<PackId, PackProof> { [new PackId(1)] = new(1, 2), [new PackId(2)] = new(3, 0) });

    private static byte[] Quarantine() => ChecksummedText.Write(Encoding.UTF8.GetBytes(
        """
        {"format_version": 1, "minimum_reader_version": 1, "repository_id": "00000000-0000-0000-0000-000000000000",
         "packs": [], "records": [], "harmed": []}
        """));
}
