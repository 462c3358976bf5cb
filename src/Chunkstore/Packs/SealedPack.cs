using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Format;

namespace BackupEngine.Chunkstore.Packs;

/// <summary>A pack that is durable under its name.</summary>
/// <param name="Number">Its number in the session.</param>
/// <param name="Name">Its file.</param>
/// <param name="IndexLine">What a segment's pack table says about it.</param>
/// <param name="RecordBytes">Bytes of its records; the rest of the file is header, directory and trailer.</param>
internal sealed record SealedPack(uint Number, ObjectName Name, IndexPack IndexLine, long RecordBytes);
