using BackupEngine.DataPlane.Nbd.Protocol;
using BackupEngine.DataPlane.Nbd.Server.Volumes;

namespace BackupEngine.DataPlane.Nbd.Server.Requests;

/// <summary>What clients and the log are told of what could not be done.</summary>
internal sealed class WriteFaults(ILogger logger)
{
    private const int MostLogged = 32;
    private const int NoSpaceErrno = 28; // ENOSPC, asm-generic/errno-base.h
    private const int FileTooBigErrno = 27; // EFBIG, asm-generic/errno-base.h
    private const int QuotaErrno = 122; // EDQUOT, asm-generic/errno.h

    private int _logged;

    /// <summary>The protocol's number for a failure; logs it, unless many were before.</summary>
    public NbdError Tell(in RequestHeader request, Exception cause)
    {
        if (cause is not VolumeReadException && Interlocked.Increment(ref _logged) <= MostLogged)
        {
            logger.LogError(
                "{Command} at {Offset}, {Length} bytes, failed: {Cause}",
                request.Command, request.OffsetBytes, request.LengthBytes, cause.Message);
        }

        return cause is IOException { HResult: NoSpaceErrno or FileTooBigErrno or QuotaErrno }
            ? NbdError.NoSpace
            : NbdError.InputOutput;
    }
}
