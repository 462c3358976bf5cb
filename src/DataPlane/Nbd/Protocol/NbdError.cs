namespace BackupEngine.DataPlane.Nbd.Protocol;

/// <summary>Error numbers of the protocol. Any other one is to be taken for <see cref="InvalidArgument"/>.</summary>
public enum NbdError
{
    /// <summary>No error.</summary>
    None = 0,

    /// <summary>EPERM: not permitted; writing to a read-only export.</summary>
    NotPermitted = 1,

    /// <summary>EIO: the server could not read or write.</summary>
    InputOutput = 5,

    /// <summary>ENOMEM: the server is out of memory.</summary>
    NoMemory = 12,

    /// <summary>EINVAL: a request that makes no sense.</summary>
    InvalidArgument = 22,

    /// <summary>ENOSPC: no space, or a write beyond the end.</summary>
    NoSpace = 28,

    /// <summary>EOVERFLOW: the request is too long.</summary>
    Overflow = 75,

    /// <summary>ENOTSUP: a fast zero that would not be fast.</summary>
    NotSupported = 95,

    /// <summary>ESHUTDOWN: the server is being shut down.</summary>
    Shutdown = 108,
}
