using BackupEngine.ControlPlane.Database;

namespace BackupEngine.ControlPlane.Workflows;

/// <summary>Tells others how far a job has come, beside what is written to its record.</summary>
/// <param name="Interval">How often.</param>
/// <param name="AddAsync">Adds it to a transaction, with the share that is done in hundredths.</param>
internal sealed record ProgressNotice(
    TimeSpan Interval, Func<EngineDatabase, int, CancellationToken, Task> AddAsync);
