using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Hashing;
using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Tests.Manifests;

namespace BackupEngine.Chunkstore.Tests.Fuzzing;

/// <summary>The files of garbage collection.</summary>
internal static class CollectionTargets
{
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new(
            "collection file",
            [Example().Write(Guid.Empty)],
            bytes => CollectionFile.Read(bytes, Guid.Empty, "file"),
            16 * 1024)
        {
            Seal = bytes =>
            {
                if (bytes.Length >= Blake3.DigestBytes)
                {
                    Blake3.Hash(bytes.AsSpan(..^Blake3.DigestBytes), bytes.AsSpan(^Blake3.DigestBytes..));
                }
            },
        },
    ];

    private static CollectionFile Example() => new(CollectionFileKind.Acknowledgement, Generation: 7)
    {
        Packs = [new PackId(1), new PackId(2)],
        Pins = [new PinnedRoot(Ids.Of(3), 4096)],
    };
}
