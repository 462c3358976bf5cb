using BackupEngine.Chunkstore;
using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Nbd.Protocol;

namespace BackupEngine.DataPlane.Nbd.Client;

/// <summary>Makes extents of an export zero: by WRITE_ZEROES where it is offered, else by writing zeros.</summary>
internal sealed class NbdZeroing(NbdClient client, NbdTransfers transfers)
{
    private const long StepBytes = 1L << 30;

    private static readonly byte[] Zeros = new byte[1024 * 1024];

    private volatile bool _fast = client.Export.Features.HasFlag(ExportFeatures.FastZero);

    /// <summary>Why zeros had to be written as data; null as long as it did not happen.</summary>
    public string? Refused { get; private set; }

    /// <summary>Makes an extent zero.</summary>
    /// <exception cref="DeviceException">It could not be zeroed whole.</exception>
    public void Zero(Extent extent, CancellationToken cancellationToken)
    {
        var block = client.Export.Sizes.MinimumBytes;
        var start = (extent.OffsetBytes + block - 1) / block * block;
        var end = extent.EndBytes == client.Export.LengthBytes ? extent.EndBytes : extent.EndBytes / block * block;
        if (start >= end || !client.Export.Features.HasFlag(ExportFeatures.WriteZeroes))
        {
            WriteZeros(extent.OffsetBytes, extent.EndBytes, cancellationToken);
            return;
        }

        WriteZeros(extent.OffsetBytes, start, cancellationToken);
        for (var next = start; next < end; next += StepBytes)
        {
            Tell(next, Math.Min(StepBytes, end - next), cancellationToken);
        }

        WriteZeros(end, extent.EndBytes, cancellationToken);
    }

    /// <summary>
    /// A server that cannot do it fast does it without having the zeros sent, which is better than writing them.
    /// </summary>
    private void Tell(long offsetBytes, long lengthBytes, CancellationToken cancellationToken)
    {
        if (_fast)
        {
            try
            {
                Tell(CommandOptions.FastZero, offsetBytes, lengthBytes, cancellationToken);
                return;
            }
            catch (DeviceException e) when (e.InnerException is NbdRequestException { Error: NbdError.NotSupported })
            {
                _fast = false;
            }
        }

        Tell(CommandOptions.None, offsetBytes, lengthBytes, cancellationToken);
    }

    private void Tell(
        CommandOptions options, long offsetBytes, long lengthBytes, CancellationToken cancellationToken) =>
        client.Perform(new NbdRequest(Command.WriteZeroes, options, offsetBytes, lengthBytes), cancellationToken);

    private void WriteZeros(long start, long end, CancellationToken cancellationToken)
    {
        if (start < end && !client.Export.Features.HasFlag(ExportFeatures.WriteZeroes))
        {
            Refused ??= "The NBD server offers no WRITE_ZEROES; zeros are written as data";
        }

        for (var next = start; next < end;)
        {
            var length = (int)Math.Min(Zeros.Length, end - next);
            transfers.Write(next, Zeros.AsMemory(0, length), cancellationToken);
            next += length;
        }
    }
}
