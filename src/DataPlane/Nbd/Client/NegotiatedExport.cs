using BackupEngine.DataPlane.Nbd.Protocol;

namespace BackupEngine.DataPlane.Nbd.Client;

/// <summary>What a handshake agreed on.</summary>
/// <param name="LengthBytes">Size of the export, at least 1.</param>
/// <param name="Features">What it offers.</param>
/// <param name="Sizes">How transfers must be cut.</param>
/// <param name="Replies">How requests are answered.</param>
/// <param name="Contexts">The metadata contexts that were chosen.</param>
internal sealed record NegotiatedExport(
    long LengthBytes,
    ExportFeatures Features,
    BlockSizes Sizes,
    ReplyStyle Replies,
    IReadOnlyList<MetaContext> Contexts)
{
    /// <summary>
    /// Every context that the server names, where one that was asked for is not among them; else empty.
    /// </summary>
    public IReadOnlyList<string> OfferedContexts { get; init; } = [];

    /// <summary>Whether requests and replies have extended headers.</summary>
    public bool Extended => Replies == ReplyStyle.Extended;

    /// <summary>The number of a context on this connection; null where it was not chosen.</summary>
    public uint? IdOf(string context) =>
        Contexts.FirstOrDefault(chosen => string.Equals(chosen.Name, context, StringComparison.Ordinal))?.Id;

    /// <summary>How another handshake with the same export differs; null where it does not.</summary>
    public string? DifferenceTo(NegotiatedExport later)
    {
        if (later.LengthBytes != LengthBytes)
        {
            return $"it has {later.LengthBytes} bytes instead of {LengthBytes}";
        }

        if (later.Features != Features)
        {
            return $"it offers '{later.Features}' instead of '{Features}'";
        }

        if (later.Sizes != Sizes || later.Replies != Replies)
        {
            return "it wants other block sizes, or answers in another way";
        }

        var lost = Contexts.Where(context => later.IdOf(context.Name) is null).Select(context => context.Name);
        return lost.FirstOrDefault() is { } name ? $"it has no context {name} any more" : null;
    }
}
