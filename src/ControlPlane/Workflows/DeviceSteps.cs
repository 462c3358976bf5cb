using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.DataPlane;
using BackupEngine.ControlPlane.Hosting;
using BackupEngine.DataPlane.Protocol;
using DeviceAccess = BackupEngine.ControlPlane.Contracts.DeviceAccess;
using WireAccess = BackupEngine.DataPlane.Protocol.DeviceAccess;

namespace BackupEngine.ControlPlane.Workflows;

/// <summary>
/// Steps 9 to 11 and 13 to 15, alike in backup and restore: export, attach, detach, remove the export.
/// </summary>
internal sealed class DeviceSteps
{
    private const string AttachmentFact = "attachment_id";
    private const string RemovedBefore = "detached and removed when the work was suspended";

    private readonly WorkflowRun _run;

    /// <summary>The steps of a run; pushes their undo.</summary>
    public DeviceSteps(WorkflowRun run) => _run = run;

    /// <summary>Pushes the undo of steps 9 and 10.</summary>
    public void PushDisconnect() => _run.Undo.Push(
        WorkflowStep.ExposeDevice, WorkflowStep.DeviceDisconnected, (facts, token) => DisconnectAsync(facts, token));

    /// <summary>Pushes the undo of step 11.</summary>
    public void PushDetach() => _run.Undo.Push(
        WorkflowStep.AttachDevice,
        WorkflowStep.DetachDevice,
        (facts, token) => _run.DataPlane.DetachAsync(facts[AttachmentFact], token));

    /// <summary>Steps 9 and 10: the volume service exports the device.</summary>
    public async Task<DeviceExposed> ExposeAsync(
        DeviceReference device, DeviceAccess access, CancellationToken cancellationToken)
    {
        var attachmentId = Export?.FindId(AttachmentFact) ?? Guid.NewGuid();
        var intent = new StepFacts().With(AttachmentFact, attachmentId.ToString()).With(device);
        var exposed = await _run.Steps.RunAsync(
            WorkflowStep.ExposeDevice,
            intent,
            token => AskToExposeAsync(attachmentId, device, access, token),
            _ => intent,
            cancellationToken);
        await DetachIfMovedAsync(exposed, cancellationToken);
        await _run.Steps.NoteAsync(WorkflowStep.DeviceExposed, FactsOf(exposed), cancellationToken);
        return exposed;
    }

    /// <summary>Step 11: the data plane attaches the device.</summary>
    public async Task<Attachment> AttachAsync(
        DeviceExposed exposed, DeviceAccess access, CancellationToken cancellationToken)
    {
        var name = Attached?[AttachmentFact] ?? _run.Claim.NameOf(ClaimedName.Attachment);
        var attachment = await _run.Steps.RunAsync(
            WorkflowStep.AttachDevice,
            new StepFacts().With(AttachmentFact, name),
            token => AttachAsync(exposed, AttachRequest(name, exposed, access), token),
            attached => FactsOf(attached).With("encrypted", DeviceConnections.EncryptionOf(exposed.Connection)),
            cancellationToken);
        if (attachment.DirectIoRefused.Length > 0)
            _run.Logger.LogWarning(
                "Backup {BackupId}: no direct I/O on {Path}: {Cause}",
                _run.Claim.BackupId, exposed.Connection.Path, attachment.DirectIoRefused);
        if (DeviceConnections.IsPlain(exposed.Connection))
            _run.Logger.LogWarning(
                "Backup {BackupId}: the volume crosses the network WITHOUT encryption: {Uri} (NbdAllowPlain)",
                _run.Claim.BackupId, exposed.Connection.Path);
        return attachment;
    }

    /// <summary>Step 13: the data plane detaches the device.</summary>
    public async Task DetachAsync(CancellationToken cancellationToken)
    {
        if (Attached is not { } attached)
            await _run.Steps.SkipAsync(WorkflowStep.DetachDevice, RemovedBefore, cancellationToken);
        else
            await _run.Steps.RunAsync(
                WorkflowStep.DetachDevice,
                new StepFacts().With(AttachmentFact, attached[AttachmentFact]),
                token => _run.DataPlane.DetachAsync(attached[AttachmentFact], token),
                cancellationToken);
    }

    /// <summary>Steps 14 and 15: the volume service removes the export.</summary>
    public async Task DisconnectAsync(CancellationToken cancellationToken)
    {
        if (Export is not { } export)
        {
            await _run.Steps.SkipAsync(WorkflowStep.DisconnectDevice, RemovedBefore, cancellationToken);
            return;
        }

        await _run.Steps.RunAsync(
            WorkflowStep.DisconnectDevice, export, token => DisconnectAsync(export, token), cancellationToken);
        await _run.Steps.NoteAsync(
            WorkflowStep.DeviceDisconnected, new StepFacts()
                .With(AttachmentFact, export[AttachmentFact]), cancellationToken);
    }

    /// <summary>The export of this action, as step 9 asked for it; null when there is none or it was undone.</summary>
    private StepFacts? Export => _run.Log.Started(WorkflowStep.ExposeDevice);

    /// <summary>The attachment of this action in the data plane; null when there is none or it was undone.</summary>
    private StepFacts? Attached => _run.Log.Started(WorkflowStep.AttachDevice);

    /// <summary>
    /// On a take-over the device may be exported in another place than before. What the data plane had attached in the
    /// old place may be some other device by now: it is detached, with its job.
    /// </summary>
    private async Task DetachIfMovedAsync(DeviceExposed exposed, CancellationToken cancellationToken)
    {
        if (_run.Log.Done(WorkflowStep.DeviceExposed) is { } before
            && before["connection_path"] != exposed.Connection.Path)
            await _run.Undo.RunDownToAsync(WorkflowStep.AttachDevice, cancellationToken);
    }

    private async Task<Attachment> AttachAsync(
        DeviceExposed exposed, AttachDeviceRequest request, CancellationToken cancellationToken)
    {
        await _run.Claimed.Lease.WaitUntilValidAsync(cancellationToken);
        request.Lease = _run.Claimed.Lease.ToWire();
        var attachment = await _run.DataPlane.AttachAsync(request, cancellationToken);
        return attachment.SizeBytes == exposed.SizeBytes ? attachment : throw new InvalidOperationException(
            $"the device {exposed.Connection.Path} has {attachment.SizeBytes} bytes where the "
            + $"volume service exported " +
            $"{exposed.SizeBytes}: it is another device");
    }

    private Task<DeviceExposed> AskToExposeAsync(
        Guid attachmentId, DeviceReference device, DeviceAccess access, CancellationToken cancellationToken) =>
        _run.Volumes.ExposeAsync(
            _run.RequireVolume().Host,
            new ExposeDevice
            {
                AttachmentId = attachmentId,
                Device = device,
                Access = access,
                Connector = new Connector
                {
                    Host = _run.Options.Host,
                    Identity = NbdCertificates.ReadIdentity(_run.Options),
                },
                BackupId = _run.Claim.BackupId,
            },
            cancellationToken);

    private Task DisconnectAsync(StepFacts facts, CancellationToken cancellationToken) => _run.Volumes.DisconnectAsync(
        _run.RequireVolume().Host,
        new DisconnectDevice { AttachmentId = facts.FindId(AttachmentFact)!.Value, Device = facts.Device() },
        cancellationToken);

    private AttachDeviceRequest AttachRequest(string name, DeviceExposed exposed, DeviceAccess access) => new()
    {
        AttachmentId = name,
        Connection = DeviceConnections.ToWire(exposed.Connection, _run.RequireVolume().Host, _run.Options),
        Access = access == DeviceAccess.Read ? WireAccess.Read : WireAccess.ReadWrite,
        DirectIo = true,
    };

    private static StepFacts FactsOf(DeviceExposed exposed) => new StepFacts()
        .With("connection_type", exposed.Connection.Type)
        .With("connection_path", exposed.Connection.Path)
        .With("size_bytes", $"{exposed.SizeBytes}");

    private static StepFacts FactsOf(Attachment attachment) => new StepFacts()
        .With(AttachmentFact, attachment.AttachmentId)
        .With("size_bytes", $"{attachment.SizeBytes}")
        .With("direct_io", attachment.DirectIo ? "true" : attachment.DirectIoRefused);
}
