namespace BackupEngine.ControlPlane.Database;

/// <summary>The database was written by a newer program. It was not touched.</summary>
public sealed class DatabaseVersionException : Exception
{
    /// <summary>Without details.</summary>
    public DatabaseVersionException()
        : this("The database was written by a newer version of backup-engine.")
    {
    }

    /// <summary>With what happened.</summary>
    public DatabaseVersionException(string message)
        : base(message)
    {
    }

    /// <summary>With what happened and why.</summary>
    public DatabaseVersionException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>For one file and the migration that this program does not know.</summary>
    public DatabaseVersionException(string path, string migration)
        : this(
            $"The database {path} was written by a newer version of backup-engine (it has the migration {migration}, " +
            "which this program does not know). Nothing was changed. Start the newer version, or go back to a copy " +
            "of the state directory from before the upgrade.")
    {
    }
}
