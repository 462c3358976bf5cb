using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace BackupEngine.ControlPlane.Authentication;

/// <summary>
/// Keeps an engine without authentication from being reached over a network: it refuses to start where a configured
/// address is not loopback, checks again what the server really listens on, and lets every request be asked for its
/// local address.
/// </summary>
public sealed class LoopbackGuard(IConfiguration configuration, IServiceProvider services) : IHostedLifecycleService
{
    /// <summary>Refuses configured addresses before anything listens.</summary>
    /// <exception cref="InvalidOperationException">An address is not loopback.</exception>
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        RefuseUnlessLoopback((configuration["urls"] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries));
        return Task.CompletedTask;
    }

    /// <summary>Refuses what the server listens on, if it does not come from the configured addresses.</summary>
    /// <exception cref="InvalidOperationException">An address is not loopback.</exception>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        var addresses = services.GetService<IServer>()?.Features.Get<IServerAddressesFeature>()?.Addresses;
        RefuseUnlessLoopback(addresses ?? []);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// Whether a request came in at a loopback address; a server without a network (in tests) has none.
    /// </summary>
    public static bool Allows(ConnectionInfo connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return connection.LocalIpAddress is null || IPAddress.IsLoopback(connection.LocalIpAddress);
    }

    private static void RefuseUnlessLoopback(IEnumerable<string> addresses)
    {
        var open = addresses.FirstOrDefault(address => !IsLoopback(address.Trim()));
        if (open is not null)
            throw new InvalidOperationException(
                $"Authentication is noauth and the address {open} is not loopback: everybody who reaches it would be " +
                "administrator. Nothing was started. Listen on http://127.0.0.1:PORT, or use the token file.");
    }

    private static bool IsLoopback(string address)
    {
        var host = BindingAddress.Parse(address).Host;
        return host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));
    }
}
