using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Database;

/// <summary>
/// Brings the schema up to date before any service of the host starts. Several processes may start on one state
/// directory: a lock file lets one of them migrate at a time, and dies with its process.
/// </summary>
public sealed class DatabaseMigrator(
    IDbContextFactory<EngineDatabase> databases, DatabaseFile file, ILogger<DatabaseMigrator> log)
    : IHostedLifecycleService
{
    private static readonly TimeSpan LockRetry = TimeSpan.FromMilliseconds(100);

    /// <summary>Migrates, if there is anything to migrate.</summary>
    /// <exception cref="DatabaseVersionException">A newer program has written the database.</exception>
    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        CreateStateDirectory();
        await using var migrationLock = await TakeLockAsync(cancellationToken);
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await RefuseNewerAsync(database, cancellationToken);
        var pending = (await database.Database.GetPendingMigrationsAsync(cancellationToken)).ToList();
        if (pending.Count == 0)
            return;
        log.LogInformation("Migrating {Database}: {Migrations}", file.Path, string.Join(", ", pending));
        await RemoveStaleLockRowAsync(database, cancellationToken);
        await database.Database.MigrateAsync(cancellationToken);
        RestrictToOwner();
    }

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => MigrateAsync(cancellationToken);

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void CreateStateDirectory() => Directory.CreateDirectory(
        Path.GetDirectoryName(file.Path)!,
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

    private async Task<FileStream> TakeLockAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return new FileStream(file.Path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(file.Path + ".lock"))
            {
                await Task.Delay(LockRetry, cancellationToken);
            }
        }
    }

    private async Task RefuseNewerAsync(EngineDatabase database, CancellationToken cancellationToken)
    {
        var known = database.Database.GetMigrations().ToHashSet(StringComparer.Ordinal);
        var unknown = (await database.Database.GetAppliedMigrationsAsync(cancellationToken))
            .FirstOrDefault(applied => !known.Contains(applied));
        if (unknown is not null)
            throw new DatabaseVersionException(file.Path, unknown);
    }

    /// <summary>
    /// A process that was killed while it migrated leaves the row by which Entity Framework locks; every later start
    /// would wait for it for ever. Whoever holds the lock file knows that nobody else migrates.
    /// </summary>
    private static async Task RemoveStaleLockRowAsync(EngineDatabase database, CancellationToken cancellationToken)
    {
        var tables = await database.Database
            .SqlQuery<int>($"SELECT COUNT(*) AS Value FROM sqlite_master WHERE name = '__EFMigrationsLock'")
            .SingleAsync(cancellationToken);
        if (tables > 0)
            await database.Database.ExecuteSqlAsync($"DELETE FROM __EFMigrationsLock", cancellationToken);
    }

    private void RestrictToOwner() => File.SetUnixFileMode(file.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
}
