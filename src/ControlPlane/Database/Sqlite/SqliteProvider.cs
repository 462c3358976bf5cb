using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Database.Sqlite;

/// <summary>
/// One file in the state directory of one host. Several processes may start on one state directory: a lock file lets
/// one of them migrate at a time, and dies with its process.
/// </summary>
public sealed class SqliteProvider : DatabaseProvider
{
    /// <summary>How long a statement waits for another writer, in seconds.</summary>
    private const int BusyTimeoutSeconds = 30;

    private static readonly TimeSpan LockRetry = TimeSpan.FromMilliseconds(100);

    private readonly DatabaseFile _file;
    private readonly DbContextOptions<EngineDatabase> _options;

    /// <summary>The database in a file.</summary>
    public SqliteProvider(DatabaseFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        _file = file;
        var connection = new SqliteConnectionStringBuilder
        {
            DataSource = file.Path,
            Mode = SqliteOpenMode.ReadWriteCreate,
            ForeignKeys = true,
            Pooling = true,
            DefaultTimeout = BusyTimeoutSeconds,
        };
        _options = new DbContextOptionsBuilder<EngineDatabase>()
            .UseSqlite(connection.ToString()).AddInterceptors(SqlitePragmas.Instance).Options;
    }

    /// <inheritdoc/>
    public override string Description => _file.Path;

    /// <inheritdoc/>
    public override bool IsThere => File.Exists(_file.Path);

    /// <inheritdoc/>
    public override EngineDatabase Open() => new(_options);

    /// <inheritdoc/>
    public override void Prepare() => Directory.CreateDirectory(
        Path.GetDirectoryName(_file.Path)!,
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

    /// <inheritdoc/>
    public override async Task<IAsyncDisposable> LockSchemaAsync(CancellationToken cancellationToken)
    {
        var held = await TakeLockAsync(cancellationToken);
        try
        {
            await RemoveStaleLockRowAsync(cancellationToken);
            return held;
        }
        catch
        {
            await held.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public override void Protect() =>
        File.SetUnixFileMode(_file.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite);

    private async Task<FileStream> TakeLockAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return new FileStream(
                    _file.Path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(_file.Path + ".lock"))
            {
                await Task.Delay(LockRetry, cancellationToken);
            }
        }
    }

    /// <summary>
    /// A process that was killed while it migrated leaves the row by which Entity Framework locks; every later start
    /// would wait for it for ever. Whoever holds the lock file knows that nobody else migrates.
    /// </summary>
    private async Task RemoveStaleLockRowAsync(CancellationToken cancellationToken)
    {
        await using var database = Open();
        var tables = await database.Database
            .SqlQuery<int>($"SELECT COUNT(*) AS Value FROM sqlite_master WHERE name = '__EFMigrationsLock'")
            .SingleAsync(cancellationToken);
        if (tables > 0)
            await database.Database.ExecuteSqlAsync($"DELETE FROM __EFMigrationsLock", cancellationToken);
    }
}
