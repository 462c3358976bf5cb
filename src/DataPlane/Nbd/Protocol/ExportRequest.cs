namespace BackupEngine.DataPlane.Nbd.Protocol;

/// <summary>Data of the options INFO and GO.</summary>
/// <param name="Name">The export; empty for the default one.</param>
/// <param name="Wanted">What is to be told of it; any number may come.</param>
public sealed record ExportRequest(string Name, IReadOnlyList<InfoType> Wanted)
{
    /// <summary>The data of the option.</summary>
    public byte[] Write()
    {
        var writer = new WireWriter().CountedText(Name).UInt16(Wanted.Count);
        foreach (var type in Wanted)
        {
            writer.UInt16((int)type);
        }

        return writer.ToArray();
    }

    /// <summary>Reads the data of the option.</summary>
    /// <exception cref="NbdProtocolException">They are not of that form.</exception>
    public static ExportRequest Read(ReadOnlySpan<byte> from)
    {
        var reader = new WireReader(from, "The request for an export");
        var name = reader.CountedText();
        var wanted = new InfoType[reader.UInt16()];
        if (reader.RemainingBytes != wanted.Length * sizeof(ushort))
        {
            throw new NbdProtocolException(
                $"The request for an export names {wanted.Length} kinds of information, but "
                + $"{reader.RemainingBytes} bytes follow.");
        }

        for (var i = 0; i < wanted.Length; i++)
        {
            wanted[i] = (InfoType)reader.UInt16();
        }

        return new ExportRequest(name, wanted);
    }
}
