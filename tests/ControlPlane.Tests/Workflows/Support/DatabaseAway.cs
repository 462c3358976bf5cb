using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace BackupEngine.ControlPlane.Tests.Workflows.Support;

/// <summary>
/// As a database that is restarted: from one statement or commit on, some of them fail. Where a commit is the first, it
/// was carried out, and only its answer is lost.
/// </summary>
internal sealed class DatabaseAway : DbCommandInterceptor, IDbTransactionInterceptor
{
    private int _seen;

    /// <summary>The first operation that fails, counted from 0; -1: none does.</summary>
    public int From { get; set; } = -1;

    /// <summary>How many fail.</summary>
    public int Count { get; set; } = 1;

    /// <summary>Operations so far.</summary>
    public int Seen => Volatile.Read(ref _seen);

    /// <summary>Whether it has struck.</summary>
    public bool Struck { get; set; }

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result,
        CancellationToken cancellationToken = default)
    {
        Pass();
        return ValueTask.FromResult(result);
    }

    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result,
        CancellationToken cancellationToken = default)
    {
        Pass();
        return ValueTask.FromResult(result);
    }

    public Task TransactionCommittedAsync(
        DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Pass();
        return Task.CompletedTask;
    }

    private void Pass()
    {
        var index = Interlocked.Increment(ref _seen) - 1;
        if (From < 0 || index < From || index >= From + Count)
            return;
        Struck = true;
        throw new AwayException();
    }

    internal sealed class AwayException() : DbException("the database is being restarted")
    {
        public override bool IsTransient => true;
    }
}
