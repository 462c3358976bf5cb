namespace BackupEngine.ControlPlane.Authentication.Keystone;

/// <summary>The service user's token: renewed before it ends, and when Keystone no longer takes it.</summary>
internal sealed class ServiceToken(KeystoneClient client, TimeProvider clock) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private volatile ServiceTokenGrant? _grant;

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    /// <summary>The token; of many that need a new one at once, one asks for it.</summary>
    /// <exception cref="KeystoneUnavailableException">There is none to be had.</exception>
    public async ValueTask<string> GetAsync(CancellationToken cancellationToken)
    {
        if (Usable is { } present)
            return present;
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return Usable ?? (_grant = await client.IssueAsync(cancellationToken)).Token;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Keystone did not take it: the next one who needs a token asks for another one.</summary>
    public void Discard(string token)
    {
        if (_grant is { } grant && grant.Token == token)
            Interlocked.CompareExchange(ref _grant, value: null, comparand: grant);
    }

    private string? Usable => _grant is { } grant && clock.GetUtcNow() < grant.RenewAt ? grant.Token : null;
}
