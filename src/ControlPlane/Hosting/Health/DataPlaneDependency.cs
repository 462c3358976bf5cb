using BackupEngine.ControlPlane.DataPlane;

namespace BackupEngine.ControlPlane.Hosting.Health;

/// <summary>The data plane of this host.</summary>
internal sealed class DataPlaneDependency(IDataPlane dataPlane) : IDependency
{
    /// <inheritdoc/>
    public string Name => "data-plane";

    /// <inheritdoc/>
    public async Task<string?> FindFaultAsync(CancellationToken cancellationToken)
    {
        await dataPlane.GetInfoAsync(cancellationToken);
        return null;
    }
}
