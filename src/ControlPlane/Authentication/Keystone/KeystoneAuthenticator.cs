using System.Buffers;
using BackupEngine.ControlPlane.Hosting;

namespace BackupEngine.ControlPlane.Authentication.Keystone;

/// <summary>
/// Asks Keystone whose a token is. A revoked token is refused after <see cref="EngineOptions.KeystoneCacheSeconds"/> at
/// the latest.
/// </summary>
internal sealed class KeystoneAuthenticator(
    KeystoneClient client,
    ServiceToken own,
    EngineOptions options,
    IHostApplicationLifetime lifetime,
    TimeProvider clock) : IAuthenticator, IDisposable
{
    private const int LongestToken = 8192;

    /// <summary>So long a token is not asked for again that Keystone did not know.</summary>
    private static readonly TimeSpan BelieveRefusal = TimeSpan.FromSeconds(5);

    private static readonly SearchValues<char> InTokens =
        SearchValues.Create([.. Enumerable.Range('!', '~' - '!' + 1).Select(code => (char)code)]);

    private readonly TokenCache _cache = new(options.KeystoneCacheTokens, clock);

    /// <summary>Of how many tokens something is kept.</summary>
    public int Kept => _cache.Count;

    /// <inheritdoc/>
    public void Dispose() => _cache.Dispose();

    /// <inheritdoc/>
    /// <exception cref="KeystoneUnavailableException">Keystone cannot be asked.</exception>
    public async ValueTask<Caller?> AuthenticateAsync(
        string? token, string? projectIdInUrl, CancellationToken cancellationToken)
    {
        if (token is not { Length: > 0 and <= LongestToken } || token.AsSpan().ContainsAnyExcept(InTokens))
            return null;
        var found = await _cache.GetAsync(token, () => ValidateAsync(token), cancellationToken);
        return found.Caller;
    }

    private async Task<ValidatedToken> ValidateAsync(string token)
    {
        var now = clock.GetUtcNow();
        var said = await AskAsync(token, lifetime.ApplicationStopping);
        if (said is null || said.ExpiresAt <= now)
            return new ValidatedToken(Caller: null, now + Least(BelieveRefusal, Believe));
        var caller = new Caller(
            said.User.Id, said.Project?.Id ?? "", [.. (said.Roles ?? []).Select(role => role.Name)])
        {
            IsAdminProject = said.IsAdminProject ?? true,
        };
        return new ValidatedToken(caller, now + Least(Believe, said.ExpiresAt - now));
    }

    private TimeSpan Believe => TimeSpan.FromSeconds(options.KeystoneCacheSeconds);

    /// <summary>Asks; once more with a new token of our own where Keystone does not take the present one.</summary>
    private async Task<KeystoneMessages.Token?> AskAsync(string token, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var mine = await own.GetAsync(cancellationToken);
            var (ownIsValid, caller) = await client.ValidateAsync(mine, token, cancellationToken);
            if (ownIsValid)
                return caller;
            own.Discard(mine);
        }

        throw new KeystoneUnavailableException("Keystone gives the service user tokens that it does not take.");
    }

    private static TimeSpan Least(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
