using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Nbd.Protocol;

namespace BackupEngine.DataPlane.Nbd.Client;

/// <summary>Asks for the status of the whole export, in several metadata contexts at once.</summary>
internal sealed class StatusScan(NbdClient client, IReadOnlyList<string> contexts)
{
    private const long CompactStepBytes = 1L << 30;
    private const long ExtendedStepBytes = 1L << 40;

    /// <summary>Takes a part of the export.</summary>
    /// <param name="context">Place of the context in the list.</param>
    /// <param name="offsetBytes">Where.</param>
    /// <param name="lengthBytes">How much.</param>
    /// <param name="status">Its status in that context.</param>
    public delegate void Visit(int context, long offsetBytes, long lengthBytes, ulong status);

    /// <summary>
    /// Walks the export. In each context the parts come one after another, without a gap, up to its end.
    /// </summary>
    /// <exception cref="DeviceException">The server refused, or broke the protocol.</exception>
    public void Run(Visit visit, CancellationToken cancellationToken)
    {
        var length = client.Export.LengthBytes;
        var statuses = new List<ContextStatus>();
        for (var offset = 0L; offset < length;)
        {
            var asked = Math.Min(length - offset, client.Export.Extended ? ExtendedStepBytes : CompactStepBytes);
            var request = new NbdRequest(Command.BlockStatus, CommandOptions.None, offset, asked)
            {
                Statuses = statuses,
            };
            client.Perform(request, cancellationToken);
            offset += Take(statuses, offset, asked, visit);
        }
    }

    /// <summary>
    /// A reply may tell less than was asked for, more, and not equally much in each context: what is told in all of
    /// them counts, and the rest is asked for again.
    /// </summary>
    private long Take(List<ContextStatus> statuses, long offset, long asked, Visit visit)
    {
        var told = asked;
        var found = new StatusExtent[contexts.Count][];
        for (var i = 0; i < contexts.Count; i++)
        {
            found[i] = statuses.Find(status => status.Context == contexts[i])?.Extents
                ?? throw Broken(offset, $"told nothing in {contexts[i]}");
            told = Math.Min(told, Told(found[i], offset, asked));
        }

        for (var i = 0; i < contexts.Count; i++)
        {
            var done = 0L;
            foreach (var extent in found[i])
            {
                var part = (long)Math.Min(extent.LengthBytes, (ulong)(told - done));
                if (part == 0)
                {
                    break;
                }

                visit(i, offset + done, part, extent.Status);
                done += part;
            }
        }

        return told;
    }

    /// <summary>Only the last extent may go beyond what was asked for.</summary>
    private static long Told(StatusExtent[] extents, long offset, long asked)
    {
        var told = 0UL;
        foreach (var extent in extents)
        {
            if (told >= (ulong)asked)
            {
                throw Broken(offset, $"told more extents than {asked} bytes have");
            }

            told += Math.Min(extent.LengthBytes, (ulong)asked - told);
        }

        return (long)told;
    }

    private static DeviceException Broken(long offset, string what) =>
        new(DeviceErrorKind.Io, $"The server breaks the NBD protocol: asked for the status at {offset}, it {what}.");
}
