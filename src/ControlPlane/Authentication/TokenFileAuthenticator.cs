using System.Security.Cryptography;
using System.Text;

namespace BackupEngine.ControlPlane.Authentication;

/// <summary>Knows the users of the token file.</summary>
/// <remarks>
/// Digests of equal length are compared, each in constant time and all of them always: how long an answer takes says
/// nothing about how much of a guess was right, nor which user it was near to.
/// </remarks>
public sealed class TokenFileAuthenticator : IAuthenticator
{
    private static readonly string[] Ranks = ["admin", "member", "reader"];

    private readonly (byte[] TokenDigest, Caller Caller)[] _users;

    /// <summary>For these users.</summary>
    public TokenFileAuthenticator(IReadOnlyList<TokenUser> users)
    {
        ArgumentNullException.ThrowIfNull(users);
        _users = [.. users.Select(user => (Digest(user.Token), CallerOf(user)))];
    }

    /// <inheritdoc/>
    public ValueTask<Caller?> AuthenticateAsync(
        string? token, string? projectIdInUrl, CancellationToken cancellationToken) =>
        ValueTask.FromResult(string.IsNullOrEmpty(token) ? null : Find(Digest(token)));

    /// <summary>As in Keystone, an administrator is a member too, and a member a reader.</summary>
    private static Caller CallerOf(TokenUser user)
    {
        var from = Array.FindIndex(Ranks, rank => user.Roles.Contains(rank, StringComparer.OrdinalIgnoreCase));
        string[] implied = from < 0 ? [] : Ranks[from..];
        return new Caller(
            user.UserId, user.ProjectId, [.. user.Roles.Union(implied, StringComparer.OrdinalIgnoreCase)]);
    }

    private Caller? Find(byte[] digest)
    {
        Caller? found = null;
        foreach (var (tokenDigest, caller) in _users)
        {
            if (CryptographicOperations.FixedTimeEquals(tokenDigest, digest))
                found = caller;
        }

        return found;
    }

    private static byte[] Digest(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
