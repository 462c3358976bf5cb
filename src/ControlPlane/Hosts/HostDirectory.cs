using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Hosting;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Hosts;

/// <summary>
/// The hosts and their roles, as the database knows them. Who lives is judged by the database's time.
/// </summary>
public sealed class HostDirectory(IDbContextFactory<EngineDatabase> databases, EngineOptions options)
{
    /// <summary>Says that this host lives, for each of its roles.</summary>
    public async Task ReportAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        foreach (var role in options.Roles)
        {
            if (!await TouchAsync(database, role, cancellationToken))
                await AddAsync(role, cancellationToken);
        }
    }

    /// <summary>Every host, by name and role; those that have fallen silent too.</summary>
    public async Task<IReadOnlyList<HostState>> ListAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await ListAsync(database, cancellationToken);
    }

    /// <summary>The same, by a context of the caller's.</summary>
    public async Task<IReadOnlyList<HostState>> ListAsync(
        EngineDatabase database, CancellationToken cancellationToken) =>
        await database.Hosts.AsNoTracking()
            .OrderBy(host => host.Host).ThenBy(host => host.Role)
            .Select(host => new HostState(
                host, host.SeenAt > DateTime.UtcNow.AddSeconds(-options.HostSilenceSeconds)))
            .ToListAsync(cancellationToken);

    private async Task<bool> TouchAsync(EngineDatabase database, string role, CancellationToken cancellationToken) =>
        await database.Hosts.Where(host => host.Host == options.Host && host.Role == role).ExecuteUpdateAsync(
            set => set.SetProperty(host => host.SeenAt, host => DateTime.UtcNow)
                .SetProperty(host => host.Zone, options.AvailabilityZone)
                .SetProperty(host => host.MaxConcurrent, MostOf(role)),
            cancellationToken) > 0;

    /// <summary>Of two processes of one host that add it at once, one does.</summary>
    private async Task AddAsync(string role, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        database.Hosts.Add(new HostEntity { Host = options.Host, Role = role, SeenAt = DateTime.UnixEpoch });
        try
        {
            await database.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException)
        {
            // It is there now.
        }

        await TouchAsync(database, role, cancellationToken);
    }

    private int MostOf(string role) => role switch
    {
        EngineRole.Backup => options.MaxConcurrentBackups,
        EngineRole.Volume => options.MaxConcurrentPerBackend,
        _ => 0,
    };
}
