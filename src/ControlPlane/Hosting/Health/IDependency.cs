namespace BackupEngine.ControlPlane.Hosting.Health;

/// <summary>Something without which this process cannot do its work.</summary>
internal interface IDependency
{
    /// <summary>Its name in the answer.</summary>
    string Name { get; }

    /// <summary>Looks whether it can be used now.</summary>
    /// <returns>Why it cannot; null: it can. What it throws is a reason too.</returns>
    Task<string?> FindFaultAsync(CancellationToken cancellationToken);
}
