using BackupEngine.DataPlane.Nbd.Protocol;
using BackupEngine.DataPlane.Nbd.Server.Volumes;

namespace BackupEngine.DataPlane.Nbd.Server.Connections;

/// <summary>What a server offers: one volume, under its name and as the default.</summary>
/// <param name="Name">The backup's id.</param>
/// <param name="Description">For people.</param>
/// <param name="Volume">The volume.</param>
internal sealed record Export(string Name, string Description, IServedVolume Volume)
{
    /// <summary>Whether a client means this export.</summary>
    public bool IsMeantBy(string name) => name.Length == 0 || string.Equals(name, Name, StringComparison.Ordinal);

    /// <summary>How transfers are best cut.</summary>
    public BlockSizes BlockSizes => new(1, (uint)Volume.PreferredBlockBytes, NbdLimits.DefaultPayloadBytes);

    /// <summary>Size, and what can be done.</summary>
    /// <param name="chunked">Whether the client takes replies in chunks.</param>
    public ExportSize Size(bool chunked)
    {
        var features = ExportFeatures.HasFlags | ExportFeatures.Flush | ExportFeatures.MultipleConnections
            | ExportFeatures.Cache;
        features |= chunked ? ExportFeatures.DoNotFragment : ExportFeatures.None;
        features |= Volume.IsWritable
            ? ExportFeatures.ForceUnitAccess | ExportFeatures.Trim | ExportFeatures.WriteZeroes
                | ExportFeatures.FastZero
            : ExportFeatures.ReadOnly;
        return new ExportSize((ulong)Volume.LengthBytes, features);
    }
}
