using MassTransit;

namespace BackupEngine.ControlPlane.Hosting.Health;

/// <summary>The message bus, and with it the broker.</summary>
internal sealed class BusDependency(IBusControl bus) : IDependency
{
    /// <inheritdoc/>
    public string Name => "bus";

    /// <inheritdoc/>
    public Task<string?> FindFaultAsync(CancellationToken cancellationToken)
    {
        var health = bus.CheckHealth();
        return Task.FromResult(health.Status == BusHealthStatus.Healthy ? null : health.Description);
    }
}
