namespace BackupEngine.ControlPlane.VolumeService;

/// <summary>A request cannot be granted as the records stand. Nothing was changed; the message says why.</summary>
internal sealed class RefusedException(string message) : Exception(message);
