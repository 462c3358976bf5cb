using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Caching.Memory;

namespace BackupEngine.ControlPlane.Authentication.Keystone;

/// <summary>
/// What Keystone said of tokens, for a short time and a bounded number of them. Tokens themselves are not kept, only
/// their digests. Of many requests with the same token at once, one asks.
/// </summary>
internal sealed class TokenCache(int capacity, TimeProvider clock) : IDisposable
{
    private readonly MemoryCache _cache = new(new MemoryCacheOptions { SizeLimit = capacity });
    private readonly ConcurrentDictionary<string, Lazy<Task<ValidatedToken>>> _asked = new(StringComparer.Ordinal);

    /// <summary>Of how many tokens something is kept.</summary>
    public int Count => _cache.Count;

    /// <inheritdoc/>
    public void Dispose() => _cache.Dispose();

    /// <summary>What is known of a token, or what is found out now.</summary>
    /// <param name="token">The token.</param>
    /// <param name="ask">Finds it out; serves every request that waits, so no one of them ends it.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task<ValidatedToken> GetAsync(
        string token, Func<Task<ValidatedToken>> ask, CancellationToken cancellationToken)
    {
        var key = Convert.ToHexString(SHA256.HashData(Encoding.ASCII.GetBytes(token)));
        if (_cache.TryGetValue(key, out ValidatedToken? known) && clock.GetUtcNow() < known!.Until)
            return known;
        var asked = _asked.GetOrAdd(key, _ => new Lazy<Task<ValidatedToken>>(() => AskAsync(key, ask)));
        return await asked.Value.WaitAsync(cancellationToken);
    }

    private async Task<ValidatedToken> AskAsync(string key, Func<Task<ValidatedToken>> ask)
    {
        // Not before the question is in the table: what ends at once must still be taken out again.
        await Task.Yield();
        try
        {
            var found = await ask();
            var options = new MemoryCacheEntryOptions { Size = 1, AbsoluteExpiration = found.Until };
            if (clock.GetUtcNow() < found.Until)
                _cache.Set(key, found, options);
            return found;
        }
        finally
        {
            _asked.TryRemove(key, out _);
        }
    }
}
