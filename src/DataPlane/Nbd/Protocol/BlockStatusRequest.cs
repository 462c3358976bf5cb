namespace BackupEngine.DataPlane.Nbd.Protocol;

/// <summary>
/// Payload of a BLOCK_STATUS that names the contexts to be answered; only where the export offers it.
/// </summary>
/// <param name="LengthBytes">How much of the export is asked for.</param>
/// <param name="ContextIds">The contexts.</param>
public sealed record BlockStatusRequest(ulong LengthBytes, IReadOnlyList<uint> ContextIds)
{
    /// <summary>The payload.</summary>
    public byte[] Write()
    {
        var writer = new WireWriter().UInt64(LengthBytes);
        foreach (var id in ContextIds)
        {
            writer.UInt32(id);
        }

        return writer.ToArray();
    }

    /// <summary>Reads a payload.</summary>
    /// <exception cref="NbdProtocolException">It is not of that form.</exception>
    public static BlockStatusRequest Read(ReadOnlySpan<byte> from)
    {
        var reader = new WireReader(from, "The request for block status");
        var length = reader.UInt64();
        var ids = new uint[reader.RemainingBytes / sizeof(uint)];
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = reader.UInt32();
        }

        reader.End();
        return new BlockStatusRequest(length, ids);
    }
}
