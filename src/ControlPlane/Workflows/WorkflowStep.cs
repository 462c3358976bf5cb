namespace BackupEngine.ControlPlane.Workflows;

/// <summary>One step of a workflow. Traces, logs, the step log and the documentation use this one list.</summary>
/// <param name="Number">Its number in docs/workflow.md.</param>
/// <param name="Name">Its name.</param>
public sealed record WorkflowStep(int Number, string Name)
{
    /// <summary>The user asks the REST API for a backup.</summary>
    public static readonly WorkflowStep RequestReceived = new(1, "request-received");

    /// <summary>The API validates the request.</summary>
    public static readonly WorkflowStep RequestValidated = new(2, "request-validated");

    /// <summary>The record is made and the volume's status changed, in one transaction.</summary>
    public static readonly WorkflowStep RecordCreated = new(3, "record-created");

    /// <summary>The command is sent to the backup services' shared queue.</summary>
    public static readonly WorkflowStep CommandSent = new(4, "command-sent");

    /// <summary>The user has the answer.</summary>
    public static readonly WorkflowStep RequestAnswered = new(5, "request-answered");

    /// <summary>One backup service claims the record.</summary>
    public static readonly WorkflowStep RecordClaimed = new(6, "record-claimed");

    /// <summary>The volume service is asked for the device to read.</summary>
    public static readonly WorkflowStep GetBackupDevice = new(7, "get-backup-device");

    /// <summary>The volume service answers with the volume, or makes a temporary object.</summary>
    public static readonly WorkflowStep BackupDeviceReady = new(8, "backup-device-ready");

    /// <summary>The volume service is asked to expose the device.</summary>
    public static readonly WorkflowStep ExposeDevice = new(9, "expose-device");

    /// <summary>The volume service exports the device and answers with the connection information.</summary>
    public static readonly WorkflowStep DeviceExposed = new(10, "device-exposed");

    /// <summary>The data plane attaches the device.</summary>
    public static readonly WorkflowStep AttachDevice = new(11, "attach-device");

    /// <summary>The data plane runs the job on the attached device.</summary>
    public static readonly WorkflowStep TransferData = new(12, "transfer-data");

    /// <summary>The data plane detaches the device.</summary>
    public static readonly WorkflowStep DetachDevice = new(13, "detach-device");

    /// <summary>The volume service is asked to disconnect the device.</summary>
    public static readonly WorkflowStep DisconnectDevice = new(14, "disconnect-device");

    /// <summary>The volume service unmaps the device and removes its export.</summary>
    public static readonly WorkflowStep DeviceDisconnected = new(15, "device-disconnected");

    /// <summary>The volume service is asked to remove the temporary object.</summary>
    public static readonly WorkflowStep RemoveTemporaryObject = new(16, "remove-temporary-object");

    /// <summary>The volume service has removed it.</summary>
    public static readonly WorkflowStep TemporaryObjectRemoved = new(17, "temporary-object-removed");

    /// <summary>The record and the volume have their final status.</summary>
    public static readonly WorkflowStep RecordUpdated = new(18, "record-updated");

    /// <summary>
    /// Create, after its last step: the point in time that was read is kept for the next incremental.
    /// </summary>
    public static readonly WorkflowStep BasePointKept = new(18, "base-point-kept");

    /// <summary>Restore: the volume service is asked for the volume to write, where it is a new one.</summary>
    public static readonly WorkflowStep GetTargetVolume = new(7, "get-target-volume");

    /// <summary>Restore: the volume to write is there and reserved for this restore.</summary>
    public static readonly WorkflowStep TargetVolumeReady = new(8, "target-volume-ready");

    /// <summary>Delete: the data plane removes the backup from the repository.</summary>
    public static readonly WorkflowStep RemoveData = new(12, "remove-data");

    /// <summary>Verify: the data plane reads what is stored of the backup and proves that it is good.</summary>
    public static readonly WorkflowStep VerifyData = new(12, "verify-data");

    /// <summary>Verify: the result is in the record of the verification.</summary>
    public static readonly WorkflowStep ResultRecorded = new(18, "result-recorded");

    /// <summary>Delete: the volume service is asked to drop the backup's base point.</summary>
    public static readonly WorkflowStep DropBasePoint = new(16, "drop-base-point");

    /// <inheritdoc/>
    public override string ToString() => $"{Number} {Name}";
}
