namespace BackupEngine.DataPlane.Errors;

/// <summary>
/// How a command or a job ended. The numbers are an interface: scripts and the control plane depend on them.
/// </summary>
public enum ExitCode
{
    /// <summary>Done.</summary>
    Success = 0,

    /// <summary>A defect of this program; the log has the details.</summary>
    Unexpected = 1,

    /// <summary>The request itself is wrong: arguments, changed blocks, a parent that does not fit.</summary>
    Usage = 2,

    /// <summary>The source or target device: missing, not usable, too small, or failing.</summary>
    Device = 3,

    /// <summary>The repository: missing, of another format version, not writable.</summary>
    Repository = 4,

    /// <summary>Stored data are damaged. Nothing of them was handed out as good.</summary>
    CorruptData = 5,

    /// <summary>No backup of that id, or one that exists already.</summary>
    Backup = 6,

    /// <summary>A disk is full: the repository's or the target's.</summary>
    NoSpace = 7,

    /// <summary>The key of the repository: missing, wrong, or given where nothing is encrypted.</summary>
    Key = 8,

    /// <summary>The backup is protected, or its deletion has begun; nothing was changed.</summary>
    Protected = 9,

    /// <summary>Cancelled by Ctrl-C, SIGTERM or CancelJob.</summary>
    Cancelled = 130,
}
