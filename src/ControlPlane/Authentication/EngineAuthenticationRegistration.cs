using BackupEngine.ControlPlane.Authentication.Keystone;
using BackupEngine.ControlPlane.Hosting;

namespace BackupEngine.ControlPlane.Authentication;

/// <summary>Adds the way in which callers are authenticated.</summary>
public static class EngineAuthenticationRegistration
{
    /// <summary>Value of <see cref="EngineOptions.Authentication"/>: users of the token file.</summary>
    public const string TokenFileMode = "token-file";

    /// <summary>Value of <see cref="EngineOptions.Authentication"/>: nobody is asked, on loopback only.</summary>
    public const string NoAuthMode = "noauth";

    /// <summary>Value of <see cref="EngineOptions.Authentication"/>: Keystone is asked.</summary>
    public const string KeystoneMode = "keystone";

    /// <summary>
    /// Adds the authenticator that the options name; the token file is made now, where there is none.
    /// </summary>
    /// <exception cref="ArgumentException">The options name an unknown one.</exception>
    /// <exception cref="TokenFileException">The token file cannot be used.</exception>
    public static IServiceCollection AddEngineAuthentication(this IServiceCollection services, EngineOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        switch (options.Authentication)
        {
            case TokenFileMode:
                var users = TokenFile.LoadOrCreate(options.StateDirectory);
                return services.AddSingleton<IAuthenticator>(new TokenFileAuthenticator(users));
            case NoAuthMode:
                return services.AddSingleton<IAuthenticator, NoAuthenticator>().AddHostedService<LoopbackGuard>();
            case KeystoneMode:
                return services.AddKeystone(options);
            default:
                throw new ArgumentException(
                    $"Authentication is '{options.Authentication}'; it may be {TokenFileMode}, {KeystoneMode} or " +
                    $"{NoAuthMode}.",
                    nameof(options));
        }
    }
}
