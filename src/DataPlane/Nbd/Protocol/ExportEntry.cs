namespace BackupEngine.DataPlane.Nbd.Protocol;

/// <summary>An export, as a server answers LIST.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">A description for people; may be empty.</param>
public sealed record ExportEntry(string Name, string Description)
{
    /// <summary>The data of the reply.</summary>
    public byte[] Write() => new WireWriter().CountedText(Name).RemainingText(Description).ToArray();

    /// <summary>Reads the data of the reply.</summary>
    /// <exception cref="NbdProtocolException">They are not of that form.</exception>
    public static ExportEntry Read(ReadOnlySpan<byte> from)
    {
        var reader = new WireReader(from, "The export");
        return new ExportEntry(reader.CountedText(), reader.RemainingText());
    }
}
