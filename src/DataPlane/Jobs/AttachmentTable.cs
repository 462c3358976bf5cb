using System.Diagnostics.CodeAnalysis;
using BackupEngine.DataPlane.Devices;
using Contract = BackupEngine.DataPlane.Protocol;

namespace BackupEngine.DataPlane.Jobs;

/// <summary>
/// The devices that this data plane holds open. Each is used by one job at a time. Safe to use from many threads.
/// </summary>
internal sealed class AttachmentTable(LeaseTable leases, ILogger<AttachmentTable> logger)
{
    /// <summary>Bound of the number of attachments: a client that forgets to detach is told.</summary>
    public const int MaximumAttachments = 256;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Attachment> _attachments = new(StringComparer.Ordinal);
    private bool _stopping;

    /// <summary>Opens the device, or answers with what is open under that id already.</summary>
    /// <remarks>Opening goes on when the caller leaves: asked again, it finds the same attachment.</remarks>
    public async Task<Contract.Attachment> AttachAsync(
        Contract.AttachDeviceRequest request, CancellationToken cancellationToken)
    {
        Validate(request);
        var lease = leases.Join(request.Lease);
        var attachment = GetOrAdd(WithoutLease(request), lease);
        await attachment.Opened.WaitAsync(cancellationToken);
        return attachment.Describe();
    }

    /// <summary>Stops the job that uses the device, waits until it has let go, and closes the device.</summary>
    /// <returns>Whether there was such an attachment.</returns>
    public async Task<bool> DetachAsync(string id, CancellationToken cancellationToken)
    {
        if (!TryBeginDetach(id, out var detaching))
        {
            return false;
        }

        await detaching.WaitAsync(cancellationToken);
        return true;
    }

    /// <summary>All that are open.</summary>
    public IReadOnlyList<Contract.Attachment> List()
    {
        lock (_gate)
        {
            return [.. _attachments.Values.Where(a => a.Opened.IsCompletedSuccessfully).Select(a => a.Describe())];
        }
    }

    /// <summary>Gives the device to a job, which calls <see cref="Release"/> when it has ended.</summary>
    public Attachment Claim(string id, Job job, bool forWriting)
    {
        lock (_gate)
        {
            if (!_attachments.TryGetValue(id, out var attachment) || !attachment.Opened.IsCompletedSuccessfully)
            {
                throw Refusal.NotFound($"No device is attached as '{id}'.");
            }

            RefuseClaim(attachment, forWriting);
            attachment.Holder = job;
            return attachment;
        }
    }

    /// <summary>Takes the device back from the job that had claimed it.</summary>
    public void Release(Attachment attachment)
    {
        lock (_gate)
        {
            attachment.Holder = null;
        }
    }

    /// <summary>Lets nobody attach any more and closes everything.</summary>
    public Task StopAsync()
    {
        string[] ids;
        lock (_gate)
        {
            _stopping = true;
            ids = [.. _attachments.Keys];
        }

        return Task.WhenAll(ids.Select(id => DetachAsync(id, CancellationToken.None)));
    }

    private static void Validate(Contract.AttachDeviceRequest request)
    {
        if (request.AttachmentId.Length is 0 or > JobTable.MaximumIdLength)
        {
            throw Refusal.InvalidArgument($"An attachment_id has 1 to {JobTable.MaximumIdLength} characters.");
        }

        ConnectionReader.Validate(request);
        if (request.Access is not (Contract.DeviceAccess.Read or Contract.DeviceAccess.ReadWrite))
        {
            throw Refusal.InvalidArgument("The access must be READ or READ_WRITE.");
        }
    }

    private static void RefuseClaim(Attachment attachment, bool forWriting)
    {
        if (attachment.Detaching is not null)
        {
            throw Refusal.FailedPrecondition($"The device attached as '{attachment.Id}' is being detached.");
        }

        if (attachment.Holder is { } holder)
        {
            throw Refusal.FailedPrecondition(
                $"The device attached as '{attachment.Id}' is in use by job '{holder.Id}'.");
        }

        if (forWriting && attachment.Request.Access != Contract.DeviceAccess.ReadWrite)
        {
            throw Refusal.FailedPrecondition(
                $"The device attached as '{attachment.Id}' was attached for reading only.");
        }
    }

    /// <summary>What makes a repeated request the same: its lease may be longer the second time.</summary>
    private static Contract.AttachDeviceRequest WithoutLease(Contract.AttachDeviceRequest request)
    {
        var device = request.Clone();
        device.Lease = null;
        return device;
    }

    private Attachment GetOrAdd(Contract.AttachDeviceRequest request, Lease? lease)
    {
        lock (_gate)
        {
            if (_attachments.TryGetValue(request.AttachmentId, out var known))
            {
                return Same(known, request);
            }

            if (_stopping)
            {
                throw Refusal.Stopping();
            }

            if (_attachments.Count >= MaximumAttachments)
            {
                throw Refusal.ResourceExhausted($"{MaximumAttachments} devices are attached; detach some first.");
            }

            return Add(request, lease);
        }
    }

    private static Attachment Same(Attachment known, Contract.AttachDeviceRequest request)
    {
        if (!known.Request.Equals(request))
        {
            throw Refusal.AlreadyExists(
                $"'{known.Id}' is the attachment of {ConnectionReader.NameOf(known.Request.Connection)}, "
                + "attached in another way.");
        }

        return known.Detaching is null
            ? known
            : throw Refusal.FailedPrecondition($"The device attached as '{known.Id}' is being detached.");
    }

    private Attachment Add(Contract.AttachDeviceRequest request, Lease? lease)
    {
        // Opening a device may take long (a network file system that hangs): never under the lock.
        var attachment = new Attachment(request, lease, Open);
        _attachments.Add(attachment.Id, attachment);
        attachment.LeaseEnd = lease?.Ended.UnsafeRegister(_ => EndLease(attachment), null) ?? default;
        return attachment;
    }

    private void EndLease(Attachment attachment)
    {
        if (TryBeginDetach(attachment.Id, out _))
        {
            logger.LogWarning(
                "Detaching {AttachmentId}: its lease {LeaseId} has run out", attachment.Id, attachment.Lease!.Id);
        }
    }

    private IBlockDevice Open(Attachment attachment)
    {
        var request = attachment.Request;
        var access = request.Access == Contract.DeviceAccess.Read ? DeviceAccess.Read : DeviceAccess.ReadWrite;
        try
        {
            var device = ConnectionReader.Open(request, access, logger);
            logger.LogInformation(
                "Attached {Path} ({LengthBytes} bytes, {Access}, direct I/O {DirectIo}) as {AttachmentId}",
                device.Name, device.LengthBytes, access, device.DirectIo, request.AttachmentId);
            WarnOfRefusal(device);
            return device;
        }
        catch (Exception)
        {
            Remove(attachment);
            throw;
        }
    }

    private void WarnOfRefusal(IBlockDevice device)
    {
        if (device.DirectIoRefused is { } reason)
        {
            logger.LogWarning("No direct I/O: {Reason}", reason);
        }
    }

    /// <summary>Forgets an attachment, unless its id belongs to a later one already.</summary>
    private void Remove(Attachment attachment)
    {
        lock (_gate)
        {
            if (_attachments.GetValueOrDefault(attachment.Id) == attachment)
            {
                _attachments.Remove(attachment.Id);
                attachment.LeaseEnd.Unregister();
            }
        }
    }

    private bool TryBeginDetach(string id, [NotNullWhen(true)] out Task? detaching)
    {
        lock (_gate)
        {
            detaching = null;
            if (_attachments.TryGetValue(id, out var attachment))
            {
                var holder = attachment.Holder;
                detaching = attachment.Detaching ??= Task.Run(() => CloseAsync(attachment, holder));
            }

            return detaching is not null;
        }
    }

    private async Task CloseAsync(Attachment attachment, Job? holder)
    {
        if (holder is not null)
        {
            holder.Cancel("its device was detached");
            await holder.Completion;
        }

        await attachment.Opened.ContinueWith(Close, TaskScheduler.Default);
        Remove(attachment);
        logger.LogInformation("Detached {AttachmentId}", attachment.Id);
    }

    private static void Close(Task<IBlockDevice> opened)
    {
        if (opened.IsCompletedSuccessfully)
        {
            opened.Result.Dispose();
        }
    }
}
