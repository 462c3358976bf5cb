using BackupEngine.ControlPlane.Hosting;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Database;

/// <summary>
/// Brings the schema up to date before any service of the host starts; or, where an operator wants to do that himself,
/// refuses to start on an old one. Of processes that start at once one migrates and the others wait.
/// </summary>
public sealed class DatabaseMigrator(
    DatabaseProvider provider, EngineOptions options, ILogger<DatabaseMigrator> log)
    : IHostedLifecycleService
{
    /// <summary>Migrates, if there is anything to migrate.</summary>
    /// <returns>The migrations that were applied.</returns>
    /// <exception cref="DatabaseVersionException">A newer program has written the database.</exception>
    public async Task<IReadOnlyList<string>> MigrateAsync(CancellationToken cancellationToken)
    {
        provider.Prepare();
        await using var schemaLock = await provider.LockSchemaAsync(cancellationToken);
        var state = await ReadStateAsync(cancellationToken);
        RefuseNewer(state);
        if (state.Pending.Count == 0)
            return [];
        log.LogInformation(
            "Migrating {Database}: {Migrations}", provider.Description, string.Join(", ", state.Pending));
        await using var database = provider.Open();
        await database.Database.MigrateAsync(cancellationToken);
        provider.Protect();
        return state.Pending;
    }

    /// <summary>What the database has of the schema; nothing where there is none. Nothing is changed.</summary>
    public async Task<DatabaseSchemaState> ReadStateAsync(CancellationToken cancellationToken)
    {
        await using var database = provider.Open();
        var known = database.Database.GetMigrations().ToHashSet(StringComparer.Ordinal);
        var applied = provider.IsThere
            ? (await database.Database.GetAppliedMigrationsAsync(cancellationToken)).ToList()
            : [];
        return new DatabaseSchemaState(
            applied,
            [.. known.Except(applied, StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            [.. applied.Where(migration => !known.Contains(migration))]);
    }

    /// <summary>Makes sure that the schema is this program's. Nothing is changed.</summary>
    /// <exception cref="DatabaseVersionException">It is an older or a newer one.</exception>
    public async Task RequireCurrentAsync(CancellationToken cancellationToken)
    {
        var state = await ReadStateAsync(cancellationToken);
        RefuseNewer(state);
        if (state.Pending.Count > 0)
            throw new DatabaseVersionException(
                (provider.IsThere
                    ? $"The database {provider.Description} lacks {string.Join(", ", state.Pending)}. "
                    : $"There is no database {provider.Description} yet. ")
                + "Nothing was changed. "
                + "Run backup-engine db migrate with this configuration, and try again. A service does that by itself "
                + "when it starts, unless MigrateAtStart is false.");
    }

    /// <inheritdoc/>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (options.MigrateAtStart)
            await MigrateAsync(cancellationToken);
        else
            await RequireCurrentAsync(cancellationToken);
    }

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

    private void RefuseNewer(DatabaseSchemaState state)
    {
        if (state.Unknown.Count > 0)
            throw new DatabaseVersionException(provider.Description, state.Unknown[0]);
    }
}
