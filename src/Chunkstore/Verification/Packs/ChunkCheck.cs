using System.Buffers;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Repositories;

namespace BackupEngine.Chunkstore.Verification.Packs;

/// <summary>Proves that a record holds the chunk or the node of its id: decrypts, decompresses, hashes.</summary>
internal static class ChunkCheck
{
    /// <summary>The check with the keys of a repository.</summary>
    public static RecordCheck With(RepositoryKeys keys) =>
        (PackId pack, PackType? type, ReadOnlySpan<byte> record, in RecordHeader header) =>
        {
            var fault = Decode(keys, pack, type != PackType.Metadata, record, header);
            return fault.Length > 0 && type is null
                ? Decode(keys, pack, isChunk: false, record, header)
                : fault;
        };

    /// <summary>Whether a record is that of a tree node; false also where that cannot be told.</summary>
    public static bool IsNode(RepositoryKeys keys, PackId pack, ReadOnlySpan<byte> record, in RecordHeader header) =>
        !keys.IsLocked && Decode(keys, pack, isChunk: false, record, header).Length == 0;

    private static string Decode(
        RepositoryKeys keys, PackId pack, bool isChunk, ReadOnlySpan<byte> record, in RecordHeader header)
    {
        var plain = ArrayPool<byte>.Shared.Rent(header.PlainLength);
        try
        {
            return RecordDecoder.Decode(
                record,
                pack,
                header.Id,
                isChunk ? keys.Chunks : keys.Nodes,
                keys.Records,
                plain.AsSpan(0, header.PlainLength));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(plain);
        }
    }
}
