namespace BackupEngine.ControlPlane.Hosting.Health;

/// <summary>
/// Whether this process can do its work now, and if not, for the lack of what. From the moment it is told to stop it is
/// not ready any more.
/// </summary>
internal sealed class Readiness(
    IEnumerable<IDependency> dependencies, IHostApplicationLifetime lifetime, ILogger<Readiness> log)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly IReadOnlyList<IDependency> _dependencies = [.. dependencies];

    /// <summary>Whether the process is ending.</summary>
    public bool IsDraining => lifetime.ApplicationStopping.IsCancellationRequested;

    /// <summary>Looks at every dependency at once; one that does not answer in time is down.</summary>
    /// <returns>The name of each, and whether it is up.</returns>
    public async Task<IReadOnlyList<(string Name, bool IsUp)>> LookAsync(CancellationToken cancellationToken) =>
        await Task.WhenAll(_dependencies.Select(
            async dependency => (dependency.Name, await IsUpAsync(dependency, cancellationToken))));

    private async Task<bool> IsUpAsync(IDependency dependency, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        string? fault;
        try
        {
            fault = await dependency.FindFaultAsync(patience.Token).WaitAsync(patience.Token);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            fault = e is OperationCanceledException
                ? $"no answer within {Patience.TotalSeconds:0} s"
                : e.GetBaseException().Message;
        }

        if (fault is not null)
            log.LogWarning("Not ready: {Dependency} is down: {Fault}", dependency.Name, fault);
        return fault is null;
    }
}
