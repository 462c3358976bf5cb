using BackupEngine.DataPlane.Nbd.Protocol;
using BackupEngine.DataPlane.Nbd.Server.Connections;
using BackupEngine.DataPlane.Nbd.Server.Volumes;

namespace BackupEngine.DataPlane.Nbd.Server.Requests;

/// <summary>What a request may be (NBD protocol document, "Request types" and "Error values").</summary>
internal static class RequestRules
{
    /// <summary>What is wrong with a request; <see cref="NbdError.None"/> where it is to be done.</summary>
    public static NbdError Check(in RequestHeader request, in Agreement agreement, IServedVolume volume)
    {
        if ((request.Options & ~Allowed(request.Command, agreement, volume)) != CommandOptions.None
            || (agreement.IsExtended && IsPayloadMissing(request)))
        {
            return NbdError.InvalidArgument;
        }

        return request.Command switch
        {
            Command.Read => CheckRead(request, agreement, volume),
            Command.Write or Command.WriteZeroes => CheckWrite(request, volume),
            Command.Trim when !volume.IsWritable => NbdError.NotPermitted,
            Command.Trim or Command.Cache => CheckRange(request, volume, NbdError.InvalidArgument),
            Command.BlockStatus when !agreement.HasAllocation || request.LengthBytes == 0 => NbdError.InvalidArgument,
            Command.BlockStatus => CheckRange(request, volume, NbdError.InvalidArgument),
            Command.Flush => NbdError.None,
            _ => NbdError.InvalidArgument,
        };
    }

    private static CommandOptions Allowed(Command command, in Agreement agreement, IServedVolume volume)
    {
        var allowed = volume.IsWritable ? CommandOptions.ForceUnitAccess : CommandOptions.None;
        return allowed | command switch
        {
            Command.Read when agreement.IsChunked => CommandOptions.DoNotFragment,
            Command.Write when agreement.IsExtended => CommandOptions.PayloadLength,
            Command.WriteZeroes => CommandOptions.NoHole | CommandOptions.FastZero,
            Command.BlockStatus => CommandOptions.RequestOne,
            _ => CommandOptions.None,
        };
    }

    private static bool IsPayloadMissing(in RequestHeader request) =>
        request.Command == Command.Write && !request.Options.HasFlag(CommandOptions.PayloadLength);

    private static NbdError CheckRead(in RequestHeader request, in Agreement agreement, IServedVolume volume)
    {
        if (request.LengthBytes > NbdLimits.DefaultPayloadBytes)
        {
            return agreement.IsChunked ? NbdError.Overflow : NbdError.InvalidArgument;
        }

        return request.Options.HasFlag(CommandOptions.DoNotFragment)
            && request.LengthBytes > RequestBuffer.DataBytes
            ? NbdError.Overflow
            : CheckRange(request, volume, NbdError.InvalidArgument);
    }

    private static NbdError CheckWrite(in RequestHeader request, IServedVolume volume)
    {
        if (!volume.IsWritable)
        {
            return NbdError.NotPermitted;
        }

        // Zeros that must take their space are as slow as any data.
        return request.Options.HasFlag(CommandOptions.FastZero | CommandOptions.NoHole)
            ? NbdError.NotSupported
            : CheckRange(request, volume, NbdError.NoSpace);
    }

    private static NbdError CheckRange(in RequestHeader request, IServedVolume volume, NbdError otherwise)
    {
        var length = (ulong)volume.LengthBytes;
        return request.LengthBytes <= length && request.OffsetBytes <= length - request.LengthBytes
            ? NbdError.None
            : otherwise;
    }
}
