using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Packs;

namespace BackupEngine.Chunkstore.Sessions;

/// <summary>The two streams of packs that a session writes, and what they may hold in memory.</summary>
internal static class PackStreams
{
    /// <summary>What both streams hold in buffers at most.</summary>
    public const int BufferBytes =
        (DataBufferBytes * DataBuffers) + (MetadataBufferBytes * MetadataBuffers);

    private const int DataBufferBytes = 1024 * 1024;
    private const int DataBuffers = 16;
    private const int MetadataBufferBytes = 256 * 1024;
    private const int MetadataBuffers = 4;

    /// <summary>Size at which a metadata pack is closed, in bytes.</summary>
    private const int MetadataPackBytes = 16 * 1024 * 1024;

    public static PackStreamOptions Data(
        SessionContext context, BackupWriterOptions options, Func<uint> nextPackNumber) => new()
        {
            RepositoryId = context.RepositoryId,
            DataKeys = context.DataKeys,
            Type = PackType.Data,
            PackSizeBytes = options.PackSizeBytes,
            Stages = options.Stages,
            BufferBytes = DataBufferBytes,
            BufferCount = DataBuffers,
            Ids = context.Ids,
            NextPackNumber = nextPackNumber,
            Create = name => Create(context, name),
        };

    public static PackStreamOptions Metadata(SessionContext context, Func<uint> nextPackNumber) => new()
    {
        RepositoryId = context.RepositoryId,
        DataKeys = context.DataKeys,
        Type = PackType.Metadata,
        PackSizeBytes = MetadataPackBytes,
        BufferBytes = MetadataBufferBytes,
        BufferCount = MetadataBuffers,
        Ids = context.Ids,
        NextPackNumber = nextPackNumber,
        Create = name => Create(context, name),
    };

    /// <summary>Noted before anybody can see it: it may be condemned as soon as it has its name.</summary>
    private static IObjectWriter Create(SessionContext context, ObjectName name)
    {
        if (PackId.TryParse(name.Name, out var pack))
        {
            context.Relied.AddOwn(pack);
        }

        return context.Backend.Create(name, context.SessionId);
    }
}
