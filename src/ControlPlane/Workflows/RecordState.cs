namespace BackupEngine.ControlPlane.Workflows;

/// <summary>What the owner of a claim sees of its record.</summary>
/// <param name="Status">Another than the workflow's means that an operator has changed it.</param>
/// <param name="CancelRequested">Whether the owner of the backup has cancelled the work.</param>
internal sealed record RecordState(string Status, bool CancelRequested);
