namespace BackupEngine.ControlPlane.Schedules.Runs;

/// <summary>Another host has begun the run, or it is not to be begun any more. Nothing has changed.</summary>
internal sealed class RunTakenException() : Exception("The run is not planned any more.");
