namespace BackupEngine.DataPlane.Nbd.Protocol;

/// <summary>
/// The other side broke the NBD protocol, so nothing that it says on this connection can be relied on any more.
/// </summary>
public sealed class NbdProtocolException : Exception
{
    /// <summary>Creates the error with its message, which says what came and what is allowed.</summary>
    public NbdProtocolException(string message)
        : base(message)
    {
    }
}
