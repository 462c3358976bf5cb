using BackupEngine.ControlPlane.Hosting.Health;

namespace BackupEngine.ControlPlane.Authentication.Keystone;

/// <summary>Keystone, without which no caller is known: whether it answers, and takes the own token.</summary>
internal sealed class KeystoneDependency(KeystoneClient client, ServiceToken own) : IDependency
{
    /// <inheritdoc/>
    public string Name => "keystone";

    /// <inheritdoc/>
    public async Task<string?> FindFaultAsync(CancellationToken cancellationToken)
    {
        var mine = await own.GetAsync(cancellationToken);
        var (ownIsValid, _) = await client.ValidateAsync(mine, mine, cancellationToken);
        if (ownIsValid)
            return null;
        own.Discard(mine);
        await own.GetAsync(cancellationToken);
        return null;
    }
}
