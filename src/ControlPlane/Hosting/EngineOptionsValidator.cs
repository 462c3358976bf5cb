using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Database.PostgreSql;
using BackupEngine.ControlPlane.Hosting.Tls;

namespace BackupEngine.ControlPlane.Hosting;

/// <summary>What the options may say. Every fault is told at once, each with what is allowed.</summary>
public static class EngineOptionsValidator
{
    /// <summary>Checks the options.</summary>
    /// <exception cref="EngineConfigurationException">At least one is not allowed.</exception>
    public static void Validate(EngineOptions options)
    {
        var faults = Faults(options).ToList();
        if (faults.Count > 0)
            throw new EngineConfigurationException(string.Join(Environment.NewLine, faults));
    }

    private static IEnumerable<string> Faults(EngineOptions options) =>
    [
        .. Roles(options),
        .. OneOf(nameof(options.Transport), options.Transport, "memory", "rabbitmq"),
        .. OneOf(nameof(options.BackupPlacement), options.BackupPlacement, "volume-host", "zone"),
        .. Between(nameof(options.MaxConcurrentPerBackend), options.MaxConcurrentPerBackend, 0, 1000),
        .. Between(nameof(options.HostSilenceSeconds), options.HostSilenceSeconds, 5, 3600),
        .. Between(nameof(options.ScheduleSeconds), options.ScheduleSeconds, 0, 3600),
        .. Between(nameof(options.ScheduleLateSeconds), options.ScheduleLateSeconds, 10, 86400),
        .. Between(nameof(options.ScheduleHistoryDays), options.ScheduleHistoryDays, 1, 3650),
        .. OneOf(nameof(options.Database), options.Database, "sqlite", "postgresql"),
        .. OneOf(nameof(options.TempSource), options.TempSource, "snapshot", "clone"),
        .. OneOf(nameof(options.Authentication), options.Authentication, "token-file", "keystone", "noauth"),
        .. Between(nameof(options.KeystoneCacheSeconds), options.KeystoneCacheSeconds, 0, 300),
        .. Between(nameof(options.KeystoneCacheTokens), options.KeystoneCacheTokens, 1, 1_000_000),
        .. Between(nameof(options.KeystoneTimeoutSeconds), options.KeystoneTimeoutSeconds, 1, 300),
        .. Keystone(options),
        .. Between(nameof(options.MaxConcurrentBackups), options.MaxConcurrentBackups, 1, 1000),
        .. Between(nameof(options.VolumeRequestTimeoutSeconds), options.VolumeRequestTimeoutSeconds, 1, 3600),
        .. Between(nameof(options.LeaseSeconds), options.LeaseSeconds, 3, 3600),
        .. Between(nameof(options.ResendSeconds), options.ResendSeconds, 1, 3600),
        .. Between(nameof(options.DrainSeconds), options.DrainSeconds, 0, 86400),
        .. Between(nameof(options.CheckpointIntervalMiB), options.CheckpointIntervalMiB, 0, 1 << 20),
        .. Between(nameof(options.ProgressSeconds), options.ProgressSeconds, 1, 60),
        .. Between(nameof(options.IdempotencyKeyHours), options.IdempotencyKeyHours, 1, 8760),
        .. Between(nameof(options.BackupRateLimitMiB), options.BackupRateLimitMiB, 0, 1 << 20),
        .. Between(nameof(options.RestoreRateLimitMiB), options.RestoreRateLimitMiB, 0, 1 << 20),
        .. Between(nameof(options.DataPlaneRateLimitMiB), options.DataPlaneRateLimitMiB, 0, 1 << 20),
        .. Between(nameof(options.DataPlaneMemoryBudgetMiB), options.DataPlaneMemoryBudgetMiB, 0, 1 << 24),
        .. DataPlane(options),
        .. Between(nameof(options.CheckpointSeconds), options.CheckpointSeconds, 0, 86400),
        .. Between(nameof(options.QuotaVolumes), options.QuotaVolumes, -1, int.MaxValue),
        .. Between(nameof(options.QuotaSnapshots), options.QuotaSnapshots, -1, int.MaxValue),
        .. Between(nameof(options.QuotaGigabytes), options.QuotaGigabytes, -1, int.MaxValue),
        .. Between(nameof(options.QuotaPerVolumeGigabytes), options.QuotaPerVolumeGigabytes, -1, int.MaxValue),
        .. Between(nameof(options.QuotaBackups), options.QuotaBackups, -1, int.MaxValue),
        .. Between(nameof(options.QuotaBackupGigabytes), options.QuotaBackupGigabytes, -1, int.MaxValue),
        .. Host(options),
        .. Key(options),
        .. Urls(options),
        .. Tls(options),
        .. Between(nameof(options.RateLimitPerMinute), options.RateLimitPerMinute, 0, 1_000_000),
        .. Bus(options),
        .. Database(options),
        .. Telemetry(options),
        .. Policies(options),
        .. NbdSettings.Faults(options),
        .. NotificationSettings.Faults(options),
        .. Between(nameof(options.NotificationProgressSeconds), options.NotificationProgressSeconds, 0, 86400),
        .. Between(nameof(options.NotificationsKept), options.NotificationsKept, 1, 10_000_000),
    ];

    private static IEnumerable<string> Roles(EngineOptions options)
    {
        if (options.Roles.Count == 0)
            yield return $"No role. Roles are any of {string.Join(", ", EngineRole.All)}.";
        foreach (var role in options.Roles.Except(EngineRole.All, StringComparer.Ordinal))
            yield return $"Unknown role \"{role}\". Roles are any of {string.Join(", ", EngineRole.All)}.";
    }

    private static IEnumerable<string> Key(EngineOptions options)
    {
        if (options.DataPlaneKeyFile is { Length: > 0 } file && !File.Exists(file))
            yield return $"DataPlaneKeyFile \"{file}\" is not there. Make one with backup-dataplane key generate.";
        if (options.DataPlaneKeyFile is { Length: > 0 } && options.DataPlaneSocket is { Length: > 0 })
            yield return "DataPlaneKeyFile is for a data plane that this process starts. Start the one behind "
                + "DataPlaneSocket with --key-file, and leave DataPlaneKeyFile away.";
    }

    private static IEnumerable<string> DataPlane(EngineOptions options)
    {
        if (options.DataPlaneSocket is { Length: > 0 }
            && (options.DataPlaneRateLimitMiB > 0 || options.DataPlaneMemoryBudgetMiB > 0))
            yield return "DataPlaneRateLimitMiB and DataPlaneMemoryBudgetMiB are for a data plane that this process "
                + "starts. Start the one behind DataPlaneSocket with --rate-limit and --memory-budget, and leave them "
                + "away.";
    }

    private static IEnumerable<string> Bus(EngineOptions options)
    {
        if (options.Transport == "memory" && EngineRole.All.Except(options.Roles, StringComparer.Ordinal).Any())
            yield return "Transport memory reaches this process only, so it needs all the roles: " +
                         $"{string.Join(",", EngineRole.All)}. For a process with some of them use Transport rabbitmq.";
        if (options.Transport == "rabbitmq" && !IsUri(options.RabbitMq, "amqp", "amqps"))
            yield return "Transport rabbitmq needs RabbitMq: amqp://user:password@host:port/virtual-host (amqps for "
                + "TLS).";
    }

    private static IEnumerable<string> Database(EngineOptions options)
    {
        if (options.Database == "postgresql" && options.PostgreSql is not { Length: > 0 })
            yield return "Database postgresql needs PostgreSql: Host=...;Port=5432;Database=...;Username=...;"
                + "SSL Mode=VerifyFull. Give the password as PostgreSqlPasswordFile.";
        if (options.PostgreSql is { Length: > 0 } connection && PostgreSqlProvider.FaultOf(connection) is { } fault)
            yield return $"PostgreSql is not usable: {fault}";
    }

    private static IEnumerable<string> Urls(EngineOptions options)
    {
        var urls = options.Urls.Split(';', StringSplitOptions.RemoveEmptyEntries);
        if (urls.Length == 0 || !urls.All(IsListenAddress))
            yield return $"Urls \"{options.Urls}\" is not usable. Urls is a list of http://ADDRESS:PORT, with "
                + "semicolons between.";
    }

    private static IEnumerable<string> Tls(EngineOptions options)
    {
        var encrypted = $"{options.Urls};{options.HealthUrls}".Contains("https://", StringComparison.OrdinalIgnoreCase);
        if (encrypted && options.TlsCertificateFile is not { Length: > 0 })
            yield return "An https address in Urls needs TlsCertificateFile: a PEM file with certificate and key (the "
                + "key may be in TlsKeyFile).";
        if (!encrypted && options.TlsCertificateFile is { Length: > 0 })
            yield return $"TlsCertificateFile is given, and no address in Urls \"{options.Urls}\" is https://.";
        if (ApiCertificate.FaultOf(options) is { } fault)
            yield return fault;
    }

    private static IEnumerable<string> Host(EngineOptions options)
    {
        if (options.Host.Length is 0 or > 100 || !options.Host.All(c => char.IsAsciiLetterOrDigit(c)
            || c is '.' or '-' or '_'))
            yield return $"Host \"{options.Host}\" is not usable: it names a queue; " +
                         "it has 1 to 100 of the characters a-z A-Z 0-9 . - _";
    }

    private static IEnumerable<string> Telemetry(EngineOptions options)
    {
        if (options.OtlpEndpoint is not null && !IsUri(options.OtlpEndpoint, "http", "https"))
            yield return $"OtlpEndpoint \"{options.OtlpEndpoint}\" is not usable. It is http://HOST:PORT of an OTLP "
                + "collector.";
    }

    private static IEnumerable<string> Keystone(EngineOptions options)
    {
        if (options.Authentication != "keystone")
            yield break;
        if (!IsUri(options.KeystoneUrl, "http", "https"))
            yield return "Authentication keystone needs KeystoneUrl: https://HOST:PORT, not "
                + $"\"{options.KeystoneUrl}\".";
        if (options.KeystonePublicUrl is { } shown && !IsUri(shown, "http", "https"))
            yield return $"KeystonePublicUrl \"{shown}\" is not usable. It is https://HOST:PORT, as clients see it.";
        if (options.KeystonePassword is not { Length: > 0 } && options.KeystonePasswordFile is not { Length: > 0 })
            yield return "Authentication keystone needs KeystonePasswordFile: the password of the service user "
                + $"{options.KeystoneUser}.";
    }

    private static IEnumerable<string> Policies(EngineOptions options)
    {
        try
        {
            Policy.Load(options.PolicyFile);
            return [];
        }
        catch (PolicyFileException e)
        {
            return [e.Message];
        }
    }

    private static IEnumerable<string> OneOf(string name, string value, params string[] allowed)
    {
        if (!allowed.Contains(value, StringComparer.Ordinal))
            yield return $"{name} \"{value}\" is not allowed. {name} is one of {string.Join(", ", allowed)}.";
    }

    private static IEnumerable<string> Between(string name, int value, int least, int most)
    {
        if (value < least || value > most)
            yield return $"{name} {value} is not allowed. {name} is a number from {least} to {most}.";
    }

    private static bool IsUri(string? text, params string[] schemes) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && schemes.Contains(uri.Scheme, StringComparer.Ordinal)
        && uri.Host.Length > 0;

    private static bool IsListenAddress(string url)
    {
        try
        {
            return BindingAddress.Parse(url).Scheme is "http" or "https";
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
