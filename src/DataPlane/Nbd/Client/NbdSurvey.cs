using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Nbd.Protocol;

namespace BackupEngine.DataPlane.Nbd.Client;

/// <summary>
/// Asks an NBD server where there are zeros, and what has changed since a dirty bitmap began. Both at once: what was
/// discarded is dirty and reads as zeros, and counts as changed.
/// </summary>
internal sealed class NbdSurvey(NbdClient client, NbdUri uri, string? bitmap, string? bitmapRefused)
{
    private const int MostNames = 20;

    private readonly ZeroMap _zeros = new();
    private readonly ChangedExtents _changed = new(client.Export.LengthBytes);

    /// <summary>The zeros that were told.</summary>
    public ZeroMap Zeros => _zeros;

    /// <summary>Asks.</summary>
    /// <exception cref="DeviceException">The server cannot be reached any more.</exception>
    public SourceSurvey Take(CancellationToken cancellationToken)
    {
        var context = bitmap is null ? null : MetaContexts.DirtyBitmapPrefix + bitmap;
        var hasBitmap = context is not null && client.Export.IdOf(context) is not null;
        var unknown = context is null || hasBitmap ? null : WhyUnknown();
        string[] contexts = [.. HasAllocation ? [MetaContexts.Allocation] : Array.Empty<string>(),
            .. hasBitmap ? [context!] : Array.Empty<string>()];
        var error = contexts.Length == 0 ? null : TryScan(contexts, hasBitmap, cancellationToken);
        if (hasBitmap && error is not null)
        {
            unknown = $"the NBD server does not tell what is in bitmap '{bitmap}': {error}";
        }

        string[] warnings = error is null || hasBitmap ? [] : [$"Zeros of the source are read like data: {error}"];
        return bitmap is null || unknown is not null
            ? new SourceSurvey(null, "", unknown, warnings)
            : new SourceSurvey(_changed.All, BitmapToken.Of(uri.ExportName, bitmap), null, warnings);
    }

    private bool HasAllocation => client.Export.IdOf(MetaContexts.Allocation) is not null;

    private string? TryScan(string[] contexts, bool hasBitmap, CancellationToken cancellationToken)
    {
        try
        {
            var dirty = hasBitmap ? contexts.Length - 1 : contexts.Length;
            new StatusScan(client, contexts).Run((i, offset, length, status) => Visit(i == dirty)(
                offset, length, status), cancellationToken);
            _zeros.Complete();
            return null;
        }
        catch (DeviceException e)
        {
            _zeros.Forget();
            return e.Message;
        }
    }

    private Action<long, long, ulong> Visit(bool isDirty) => isDirty ? _changed.Add : _zeros.Add;

    private string WhyUnknown() => bitmapRefused ?? (client.Export.Replies == ReplyStyle.Simple
        ? $"the NBD server gives no block status, so bitmap '{bitmap}' cannot be asked for"
        : $"the NBD server has no bitmap '{bitmap}' on export '{uri.ExportName}'{ContextsThatAreThere()}");

    private string ContextsThatAreThere() => client.Export.OfferedContexts switch
    {
        [] => "",
        { Count: > MostNames } all =>
            $", but {string.Join(", ", all.Take(MostNames))} and {all.Count - MostNames} more contexts",
        var all => $", but {string.Join(", ", all)}",
    };
}
