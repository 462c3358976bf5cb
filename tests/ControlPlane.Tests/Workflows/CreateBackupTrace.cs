using BackupEngine.ControlPlane.Workflows;

namespace BackupEngine.ControlPlane.Tests.Workflows;

/// <summary>
/// The step log of a backup from a temporary snapshot: the specification that the tests compare with.
/// </summary>
internal static class CreateBackupTrace
{
    public static readonly string[] Whole =
    [
        "6 record-claimed done",
        "7 get-backup-device started",
        "7 get-backup-device done",
        "8 backup-device-ready started",
        "8 backup-device-ready done",
        "9 expose-device started",
        "9 expose-device done",
        "10 device-exposed started",
        "10 device-exposed done",
        "11 attach-device started",
        "11 attach-device done",
        "12 transfer-data started",
        "12 transfer-data done",
        "13 detach-device started",
        "13 detach-device done",
        "14 disconnect-device started",
        "14 disconnect-device done",
        "15 device-disconnected started",
        "15 device-disconnected done",
        "16 remove-temporary-object started",
        "16 remove-temporary-object done",
        "17 temporary-object-removed started",
        "17 temporary-object-removed done",
        "18 record-updated started",
        "18 record-updated done",
        "18 base-point-kept done",
    ];

    /// <summary>The steps from the claim on, in order.</summary>
    public static readonly WorkflowStep[] Steps =
    [
        WorkflowStep.GetBackupDevice,
        WorkflowStep.BackupDeviceReady,
        WorkflowStep.ExposeDevice,
        WorkflowStep.DeviceExposed,
        WorkflowStep.AttachDevice,
        WorkflowStep.TransferData,
        WorkflowStep.DetachDevice,
        WorkflowStep.DisconnectDevice,
        WorkflowStep.DeviceDisconnected,
        WorkflowStep.RemoveTemporaryObject,
        WorkflowStep.TemporaryObjectRemoved,
        WorkflowStep.RecordUpdated,
    ];

    /// <summary>
    /// The log of a run in which a step fails: up to the step, its failure, and the undo, last step first.
    /// </summary>
    public static string[] FailedAt(WorkflowStep step) =>
    [
        .. Whole[..(Array.IndexOf(Whole, $"{step} started") + 1)],
        $"{step} failed",
        .. Undo(step.Number).Select(undone => undone + " undone"),
    ];

    private static string[] Undo(int failed) => failed switch
    {
        7 or 8 => ["7 get-backup-device"],
        9 or 10 => ["9 expose-device", "7 get-backup-device"],
        11 => ["11 attach-device", "9 expose-device", "7 get-backup-device"],
        12 or 13 => ["12 transfer-data", "11 attach-device", "9 expose-device", "7 get-backup-device"],
        14 or 15 => ["12 transfer-data", "9 expose-device", "7 get-backup-device"],
        _ => ["12 transfer-data", "7 get-backup-device"],
    };
}
