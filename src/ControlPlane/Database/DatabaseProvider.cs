using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Database;

/// <summary>One kind of database server: how it is reached, and how one process at a time changes its schema.</summary>
public abstract class DatabaseProvider
{
    /// <summary>Where the database is, for logs and errors; without any secret.</summary>
    public abstract string Description { get; }

    /// <summary>
    /// Whether there is a database to look at. Where there is none, a connection may make an empty one: whoever only
    /// looks asks first.
    /// </summary>
    public virtual bool IsThere => true;

    /// <summary>A context that is connected to it.</summary>
    public abstract EngineDatabase Open();

    /// <summary>Makes what has to be there before the first connection.</summary>
    public abstract void Prepare();

    /// <summary>
    /// Lets this process alone change the schema until the answer is disposed; whatever a process that died while it
    /// did has left is cleared. The lock ends with its process.
    /// </summary>
    public abstract Task<IAsyncDisposable> LockSchemaAsync(CancellationToken cancellationToken);

    /// <summary>After a change of the schema.</summary>
    public abstract void Protect();
}
