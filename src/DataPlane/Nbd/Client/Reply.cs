using System.Runtime.InteropServices;

namespace BackupEngine.DataPlane.Nbd.Client;

/// <summary>A request has been answered, or will never be.</summary>
/// <param name="Tag">What its owner called the request.</param>
/// <param name="Error">What went wrong; null where nothing did. One error may fail many requests.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Reply(int Tag, Exception? Error)
{
    /// <summary>Throws what went wrong, as an exception of its own.</summary>
    public void ThrowIfFailed()
    {
        switch (Error)
        {
            case null:
                return;
            case NbdRequestException refused:
                throw refused;
            case Protocol.NbdProtocolException broken:
                throw new Protocol.NbdProtocolException(broken.Message);
            default:
                throw new ConnectionLostException(Error.Message, Error);
        }
    }
}
