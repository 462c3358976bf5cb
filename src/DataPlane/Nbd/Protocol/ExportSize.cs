using System.Runtime.InteropServices;

namespace BackupEngine.DataPlane.Nbd.Protocol;

/// <summary>Information of type EXPORT, and the answer to EXPORT_NAME.</summary>
/// <param name="LengthBytes">Size of the export.</param>
/// <param name="Features">What it offers.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ExportSize(ulong LengthBytes, ExportFeatures Features)
{
    /// <summary>Length of the answer to EXPORT_NAME, without the zeros behind it.</summary>
    public const int AnswerBytes = 10;

    /// <summary>Length of the zeros behind the answer to EXPORT_NAME, unless they were declined.</summary>
    public const int PaddingBytes = 124;

    /// <summary>The data of the information, its type included.</summary>
    public byte[] WriteInfo() =>
        new WireWriter().UInt16((int)InfoType.Export).UInt64(LengthBytes).UInt16((int)Features).ToArray();

    /// <summary>The answer to EXPORT_NAME.</summary>
    public byte[] WriteAnswer() => new WireWriter().UInt64(LengthBytes).UInt16((int)Features).ToArray();

    /// <summary>Reads what follows the type of the information, or the answer to EXPORT_NAME.</summary>
    /// <exception cref="NbdProtocolException">It is not of that form.</exception>
    public static ExportSize Read(ReadOnlySpan<byte> from)
    {
        var reader = new WireReader(from, "The size of the export");
        var size = new ExportSize(reader.UInt64(), (ExportFeatures)reader.UInt16());
        reader.End();
        return size;
    }
}
