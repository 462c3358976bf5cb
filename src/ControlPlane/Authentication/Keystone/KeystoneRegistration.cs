using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using BackupEngine.ControlPlane.Hosting;
using BackupEngine.ControlPlane.Hosting.Health;

namespace BackupEngine.ControlPlane.Authentication.Keystone;

/// <summary>Adds the authentication by Keystone.</summary>
internal static class KeystoneRegistration
{
    private const int MostConnections = 32;
    private const int LongestAnswerBytes = 1 << 20;
    private static readonly TimeSpan ConnectionLife = TimeSpan.FromMinutes(5);

    /// <summary>Adds the authenticator, and Keystone to what readiness looks at.</summary>
    /// <exception cref="EngineConfigurationException">The file of authorities cannot be used.</exception>
    public static IServiceCollection AddKeystone(this IServiceCollection services, EngineOptions options)
    {
        var handler = NewHandler(options);
        services.AddSingleton(provider => new KeystoneClient(
            NewHttp(handler, options), options, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ServiceToken>();
        services.AddSingleton<IAuthenticator, KeystoneAuthenticator>();
        return services.AddSingleton<IDependency, KeystoneDependency>();
    }

    /// <summary>A client of its own, to try a configuration.</summary>
    public static KeystoneClient NewClient(EngineOptions options) =>
        new(NewHttp(NewHandler(options), options), options, TimeProvider.System);

    private static HttpClient NewHttp(HttpMessageHandler handler, EngineOptions options) => new(handler)
    {
        Timeout = TimeSpan.FromSeconds(options.KeystoneTimeoutSeconds),
        MaxResponseContentBufferSize = LongestAnswerBytes,
    };

    private static SocketsHttpHandler NewHandler(EngineOptions options) => new()
    {
        // A redirection would carry tokens to where nobody sent them.
        AllowAutoRedirect = false,
        MaxConnectionsPerServer = MostConnections,
        PooledConnectionLifetime = ConnectionLife,
        SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = Authorities(options) },
    };

    /// <summary>Those that may have signed Keystone's certificate; null: the system's.</summary>
    private static X509ChainPolicy? Authorities(EngineOptions options)
    {
        if (options.KeystoneCaFile is not { Length: > 0 } file)
            return null;
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Security.Cryptography
            .CryptographicException)
        {
            throw new EngineConfigurationException($"KeystoneCaFile {file} cannot be used: {e.Message}", e);
        }

        return policy.CustomTrustStore.Count > 0
            ? policy
            : throw new EngineConfigurationException($"KeystoneCaFile {file} has no certificate in it.");
    }
}
