using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Packs;

namespace BackupEngine.Chunkstore.Sessions;

/// <summary>The two streams of packs that a session writes, and what they may hold in memory.</summary>
internal static class PackStreams
{
    /// <summary>Size at which a metadata pack is closed, in bytes.</summary>
    private const int MetadataPackBytes = 16 * 1024 * 1024;

    private const int DataBuffers = 16;

    private const int MetadataBuffers = 4;

    public static PackStreamOptions Data(SessionContext context, int packSizeBytes, Func<uint> nextPackNumber) =>
        Options(context, PackType.Data, packSizeBytes, DataBuffers, nextPackNumber);

    public static PackStreamOptions Metadata(SessionContext context, Func<uint> nextPackNumber) =>
        Options(context, PackType.Metadata, MetadataPackBytes, MetadataBuffers, nextPackNumber);

    private static PackStreamOptions Options(
        SessionContext context, PackType type, int packSizeBytes, int buffers, Func<uint> nextPackNumber) => new()
        {
            RepositoryId = context.RepositoryId,
            Type = type,
            PackSizeBytes = packSizeBytes,
            BufferCount = buffers,
            Ids = context.Ids,
            NextPackNumber = nextPackNumber,
            Create = name => context.Backend.Create(name, context.SessionId),
        };
}
