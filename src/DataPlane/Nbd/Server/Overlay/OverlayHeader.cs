using System.Buffers.Binary;
using System.Text;
using BackupEngine.Chunkstore;

namespace BackupEngine.DataPlane.Nbd.Server.Overlay;

/// <summary>The first page of an overlay file: what it is, and what it lies over.</summary>
internal static class OverlayHeader
{
    private const int Version = 1;
    private const int IdentityOffset = 16;
    private const int RootOffset = 48;
    private const int NameLengthOffset = 80;
    private const int NameOffset = 84;

    private static ReadOnlySpan<byte> Magic => "BKPOVRLY"u8;

    /// <summary>The header of a new overlay.</summary>
    public static byte[] Write(OverlayIdentity identity)
    {
        var page = new byte[OverlayLayout.BlockBytes];
        Magic.CopyTo(page);
        BinaryPrimitives.WriteInt32LittleEndian(page.AsSpan(8), Version);
        BinaryPrimitives.WriteInt32LittleEndian(page.AsSpan(12), OverlayLayout.BlockBytes);
        identity.RepositoryId.TryWriteBytes(page.AsSpan(IdentityOffset), bigEndian: true, out _);
        BinaryPrimitives.WriteInt64LittleEndian(page.AsSpan(IdentityOffset + 16), identity.VolumeBytes);
        identity.RootId.CopyTo(page.AsSpan(RootOffset));
        var name = Encoding.ASCII.GetBytes(identity.BackupId.Value);
        BinaryPrimitives.WriteInt32LittleEndian(page.AsSpan(NameLengthOffset), name.Length);
        name.CopyTo(page, NameOffset);
        OverlayLayout.Seal(page);
        return page;
    }

    /// <summary>What an overlay lies over; null where the page is no header of an overlay of this version.</summary>
    public static OverlayIdentity? Read(ReadOnlySpan<byte> page)
    {
        if (!page.StartsWith(Magic)
            || !OverlayLayout.IsSealed(page)
            || BinaryPrimitives.ReadInt32LittleEndian(page[8..]) != Version
            || BinaryPrimitives.ReadInt32LittleEndian(page[12..]) != OverlayLayout.BlockBytes)
        {
            return null;
        }

        var nameLength = BinaryPrimitives.ReadInt32LittleEndian(page[NameLengthOffset..]);
        var name = nameLength is > 0 and <= 128 ? Encoding.ASCII.GetString(page.Slice(NameOffset, nameLength)) : "";
        return BackupId.TryParse(name, out var backup)
            ? new OverlayIdentity(
                new Guid(page.Slice(IdentityOffset, 16), bigEndian: true),
                backup,
                new ChunkId(page.Slice(RootOffset, ChunkId.SizeBytes)),
                BinaryPrimitives.ReadInt64LittleEndian(page[(IdentityOffset + 16)..]))
            : null;
    }
}
