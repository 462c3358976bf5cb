using BackupEngine.DataPlane.Devices;
using Contract = BackupEngine.DataPlane.Protocol;

namespace BackupEngine.DataPlane.Jobs;

/// <summary>
/// A device that is held open under an id that its client chose. Its fields belong to <see cref="AttachmentTable"/>.
/// </summary>
internal sealed class Attachment
{
    /// <summary>Begins to open the device.</summary>
    /// <param name="request">How it is asked for, without a lease.</param>
    /// <param name="lease">Ends it when its client was not heard of; null for none.</param>
    /// <param name="open">Opens it, in the background.</param>
    public Attachment(Contract.AttachDeviceRequest request, Lease? lease, Func<Attachment, IBlockDevice> open)
    {
        (Request, Lease) = (request, lease);
        Opened = Task.Run(() => open(this));
    }

    /// <summary>The id that the client chose.</summary>
    public string Id => Request.AttachmentId;

    /// <summary>How it was asked for.</summary>
    public Contract.AttachDeviceRequest Request { get; }

    /// <summary>Ends it when its client was not heard of; null for none.</summary>
    public Lease? Lease { get; }

    /// <summary>What waits for the end of the lease.</summary>
    public CancellationTokenRegistration LeaseEnd { get; set; }

    /// <summary>The device; faulted when it could not be opened.</summary>
    public Task<IBlockDevice> Opened { get; }

    /// <summary>The job that uses the device now.</summary>
    public Job? Holder { get; set; }

    /// <summary>Its end, once it has begun; no job gets it any more.</summary>
    public Task? Detaching { get; set; }

    /// <summary>As the protocol shows it; only when it is open.</summary>
    public Contract.Attachment Describe()
    {
        var device = Opened.Result;
        return new Contract.Attachment
        {
            AttachmentId = Id,
            Connection = Request.Connection,
            Access = Request.Access,
            SizeBytes = device.LengthBytes,
            DirectIo = device.DirectIo,
            DirectIoRefused = device.DirectIoRefused ?? "",
        };
    }
}
