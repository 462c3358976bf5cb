namespace BackupEngine.DataPlane.Nbd.Protocol;

/// <summary>Data of the options LIST_META_CONTEXT and SET_META_CONTEXT.</summary>
/// <param name="ExportName">The export.</param>
/// <param name="Queries">Contexts, or questions for contexts, each "namespace:leaf".</param>
public sealed record MetaContextRequest(string ExportName, IReadOnlyList<string> Queries)
{
    private const int ShortestQueryBytes = 4;

    /// <summary>The data of the option.</summary>
    public byte[] Write()
    {
        var writer = new WireWriter().CountedText(ExportName).UInt32((uint)Queries.Count);
        foreach (var query in Queries)
        {
            writer.CountedText(query);
        }

        return writer.ToArray();
    }

    /// <summary>Reads the data of the option.</summary>
    /// <exception cref="NbdProtocolException">They are not of that form.</exception>
    public static MetaContextRequest Read(ReadOnlySpan<byte> from)
    {
        var reader = new WireReader(from, "The request for metadata contexts");
        var name = reader.CountedText();
        var count = reader.UInt32();
        if (count > reader.RemainingBytes / ShortestQueryBytes)
        {
            throw new NbdProtocolException($"{count} queries do not fit into {reader.RemainingBytes} bytes.");
        }

        var queries = new string[count];
        for (var i = 0; i < queries.Length; i++)
        {
            queries[i] = reader.CountedText();
        }

        reader.End();
        return new MetaContextRequest(name, queries);
    }
}
