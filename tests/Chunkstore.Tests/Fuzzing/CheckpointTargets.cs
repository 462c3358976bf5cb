using BackupEngine.Chunkstore.Checkpoints;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Hashing;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Manifests.Nodes;
using BackupEngine.Chunkstore.Sessions;
using BackupEngine.Chunkstore.Tests.Manifests;

namespace BackupEngine.Chunkstore.Tests.Fuzzing;

/// <summary>Checkpoints.</summary>
internal static class CheckpointTargets
{
    private static readonly byte[] Key = new byte[Blake3.DigestBytes];

    private static readonly CheckpointFile File =
        new(new ManifestEnvelope(Guid.Empty, Key, data: null, Magic.Checkpoint.ToArray()));

    private static readonly CheckpointName Name = new(BackupId.Parse("backup"), 3);

    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("checkpoint", [File.Write(Example())], bytes => File.Read(bytes, Name, "file"), 64 * 1024)
        {
            Seal = bytes =>
            {
                if (bytes.Length >= Blake3.DigestBytes)
                {
                    Blake3.HashKeyed(Key, bytes.AsSpan(..^32), bytes.AsSpan(^32..));
                }
            },
        },
    ];

    private static Checkpoint Example() => new()
    {
        Work = new CheckpointWork
        {
            BackupId = Name.BackupId,
            VolumeId = "völume",
            Shape = new TreeShape(1L << 30, 4096),
            ParentId = BackupId.Parse("parent"),
            ParentRootId = Ids.Of(1),
            BaseToken = "token",
            SourceIdentity = "source",
            Scope = ReadScope.Of([new Extent(0, 4096)]),
        },
        Number = Name.Number,
        Session = new SessionId(7),
        CreatedAt = DateTimeOffset.UnixEpoch,
        Leaves =
        [
            new FinishedLeaf(0, NodeReference.Stored(Ids.Of(2), 200)),
            new FinishedLeaf(1, Reference: null),
            new FinishedLeaf(5, NodeReference.Uniform(Ids.Of(3))),
            new FinishedLeaf(6, NodeReference.Zero),
        ],
    };
}
