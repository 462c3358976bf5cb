using BackupEngine.Chunkstore;
using Contract = BackupEngine.DataPlane.Protocol;

namespace BackupEngine.DataPlane.Jobs;

/// <summary>What a job is to do: a checked request.</summary>
internal abstract class JobWork
{
    /// <summary>Directory of the repository, absolute.</summary>
    public required string Repository { get; init; }

    /// <summary>The backup that is made, read or removed; none, the default, for the repository as a whole.</summary>
    public required BackupId BackupId { get; init; }

    /// <summary>The device that is used; null for none.</summary>
    public virtual string? AttachmentId => null;

    /// <summary>Whether the device is written to.</summary>
    public virtual bool WritesDevice => false;

    /// <summary>Whether nothing else may be done with the backup meanwhile.</summary>
    public virtual bool NeedsBackupAlone => true;

    /// <summary>The limit to begin with on what it transfers from or to its device; 0 for none.</summary>
    public virtual long RateLimitBytesPerSecond => 0;

    /// <summary>What is done, as in "backup".</summary>
    public abstract string Verb { get; }

    /// <summary>What it is done to, for messages.</summary>
    public virtual string Subject => $"backup {BackupId}";

    /// <summary>Does it.</summary>
    /// <returns>Puts the result into the job as the protocol shows it.</returns>
    public abstract Task<Action<Contract.Job>> RunAsync(JobContext context, CancellationToken cancellationToken);

    /// <summary>
    /// Whether both are the same work on the same backup: what makes a repeated request the same request.
    /// </summary>
    public bool IsSameAs(JobWork other) => GetType() == other.GetType() && ConcernsSameBackupAs(other);

    /// <summary>Whether both must not run at once.</summary>
    public bool ExcludesAtOnce(JobWork other) => ConcernsSameBackupAs(other)
        && (ConcernsRepository ? GetType() == other.GetType() : NeedsBackupAlone || other.NeedsBackupAlone);

    /// <summary>Of work on a repository as a whole, one of a kind runs at a time, beside that of other kinds.</summary>
    private bool ConcernsRepository => BackupId == default;

    private bool ConcernsSameBackupAs(JobWork other) =>
        BackupId == other.BackupId && string.Equals(Repository, other.Repository, StringComparison.Ordinal);
}
