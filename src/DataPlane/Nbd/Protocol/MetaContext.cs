namespace BackupEngine.DataPlane.Nbd.Protocol;

/// <summary>A metadata context, as a server answers LIST_META_CONTEXT and SET_META_CONTEXT.</summary>
/// <param name="Id">Its number on this connection; without meaning in a list.</param>
/// <param name="Name">"namespace:leaf".</param>
public sealed record MetaContext(uint Id, string Name)
{
    /// <summary>The data of the reply.</summary>
    public byte[] Write() => new WireWriter().UInt32(Id).RemainingText(Name).ToArray();

    /// <summary>Reads the data of the reply.</summary>
    /// <exception cref="NbdProtocolException">They are not of that form.</exception>
    public static MetaContext Read(ReadOnlySpan<byte> from)
    {
        var reader = new WireReader(from, "The metadata context");
        return new MetaContext(reader.UInt32(), reader.RemainingText());
    }
}
