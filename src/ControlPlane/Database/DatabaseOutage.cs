using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;
using SQLitePCL;

namespace BackupEngine.ControlPlane.Database;

/// <summary>
/// Tells the errors of a database that is away for a moment from those that stay: a server that is being restarted or
/// cannot be reached, a file that another process has locked for too long, a deadlock.
/// </summary>
internal static class DatabaseOutage
{
    /// <summary>The server ended a transaction that nobody went on with: its process was paused.</summary>
    private const string IdleInTransactionTimeout = "25P03";

    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(2);

    /// <summary>Whether the same may succeed later; Entity Framework wraps such errors in others of its own.</summary>
    public static bool IsTransient(Exception? error)
    {
        for (; error is not null; error = error.InnerException)
        {
            if (error is DbException known && IsTransient(known))
                return true;
        }

        return false;
    }

    /// <summary>Does the same again while the database is away.</summary>
    /// <param name="work">What is done; it must bear being done again after an attempt that failed anywhere.</param>
    /// <param name="patience">For how long a new attempt is begun.</param>
    /// <param name="time">Time.</param>
    /// <param name="log">Told of each failed attempt.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="Exception">The last error, when the patience is over, or one that stays.</exception>
    public static async Task<T> RetryAsync<T>(
        Func<CancellationToken, Task<T>> work,
        TimeSpan patience,
        TimeProvider time,
        ILogger log,
        CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        for (var delay = FirstDelay; ; delay = delay < LongestDelay ? delay * 2 : LongestDelay)
        {
            try
            {
                return await work(cancellationToken);
            }
            catch (Exception e) when (IsTransient(e) && !cancellationToken.IsCancellationRequested
                && time.GetElapsedTime(begun) + delay < patience)
            {
                log.LogWarning("The database is away ({Cause}); it is asked again", e.GetBaseException().Message);
            }

            await Task.Delay(delay, time, cancellationToken);
        }
    }

    private static bool IsTransient(DbException error) => error switch
    {
        // What the provider knows lacks the two by which a server ends its connections when it stops or has crashed.
        PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown } => true,
        PostgresException { SqlState: IdleInTransactionTimeout } => true,
        SqliteException sqlite => sqlite.SqliteErrorCode is raw.SQLITE_BUSY or raw.SQLITE_LOCKED,
        _ => error.IsTransient,
    };
}
