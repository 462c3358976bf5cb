using System.Diagnostics.CodeAnalysis;
using BackupEngine.DataPlane.Errors;
using BackupEngine.DataPlane.Nbd.Protocol;

namespace BackupEngine.DataPlane.Nbd.Client;

/// <summary>
/// Names an export of an NBD server, as the NBD URI document has it: <c>nbd://host:port/export</c>,
/// <c>nbd+unix:///export?socket=PATH</c>, and both with <c>nbds</c> for TLS.
/// </summary>
public sealed record NbdUri
{
    private static readonly string[] Schemes = ["nbd", "nbds", "nbd+unix", "nbds+unix"];

    private NbdUri(string text) => Text = text;

    /// <summary>As it was given.</summary>
    public string Text { get; }

    /// <summary>Whether the connection must be encrypted.</summary>
    public bool Tls { get; private init; }

    /// <summary>Path of the Unix socket, which begins with NUL in the abstract namespace; null for TCP.</summary>
    public string? SocketPath { get; private init; }

    /// <summary>Host name or address; empty for a Unix socket.</summary>
    public string Host { get; private init; } = "";

    /// <summary>TCP port.</summary>
    public int Port { get; private init; } = NbdLimits.Port;

    /// <summary>The export; empty for the default one.</summary>
    public string ExportName { get; private init; } = "";

    /// <summary>The name that the server's certificate must have; null where nothing names one.</summary>
    public string? TlsHostName { get; private init; }

    /// <summary>Whether a text is meant to be such a URI, right or wrong.</summary>
    public static bool IsMeant([NotNullWhen(true)] string? text) =>
        text is not null && Schemes.Any(scheme => text.StartsWith($"{scheme}:", StringComparison.OrdinalIgnoreCase));

    /// <summary>Reads a URI.</summary>
    /// <exception cref="UsageException">It is none; the message says what is allowed.</exception>
    public static NbdUri Parse(string text)
    {
        if (!IsMeant(text) || !Uri.TryCreate(text, UriKind.Absolute, out var uri))
        {
            throw Wrong(text, "nbd://HOST[:PORT]/EXPORT or nbd+unix:///EXPORT?socket=PATH is expected, nbds for TLS");
        }

        if (uri.UserInfo.Length > 0 || uri.Fragment.Length > 0)
        {
            throw Wrong(text, "user names and fragments have no meaning here");
        }

        var query = Query(text, uri);
        RefuseOtherTls(text, query);
        var isUnix = uri.Scheme.EndsWith("+unix", StringComparison.Ordinal);
        return new NbdUri(text)
        {
            Tls = uri.Scheme.StartsWith("nbds", StringComparison.Ordinal),
            SocketPath = Socket(text, uri, isUnix, query),
            Host = isUnix ? "" : uri.IdnHost,
            Port = uri.Port > 0 ? uri.Port : NbdLimits.Port,
            ExportName = ExportNameOf(text, uri),
            TlsHostName = query.GetValueOrDefault("tls-hostname") ?? (isUnix ? null : uri.IdnHost),
        };
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static string? Socket(string text, Uri uri, bool isUnix, Dictionary<string, string> query)
    {
        var socket = query.GetValueOrDefault("socket");
        return (isUnix, socket) switch
        {
            (true, null or "") => throw Wrong(text, "a Unix socket must be named: ?socket=PATH"),
            (true, _) when uri.Host.Length > 0 => throw Wrong(text, "with a Unix socket there is no host: use ///"),
            (false, not null) => throw Wrong(text, "socket= goes with nbd+unix:// or nbds+unix://"),
            (false, _) when uri.Host.Length == 0 => throw Wrong(text, "the host is missing"),
            _ => socket,
        };
    }

    private static string ExportNameOf(string text, Uri uri)
    {
        var name = Uri.UnescapeDataString(uri.AbsolutePath.Length > 0 ? uri.AbsolutePath[1..] : "");
        try
        {
            _ = NbdText.Encode(name);
            return name;
        }
        catch (ArgumentException e)
        {
            throw Wrong(text, e.Message);
        }
    }

    private static void RefuseOtherTls(string text, Dictionary<string, string> query)
    {
        if (query.GetValueOrDefault("tls-type") is { } type && type != "x509")
        {
            throw Wrong(
                text, $"tls-type={type} cannot be spoken: the TLS of .NET knows no pre-shared keys; use x509");
        }

        if (query.GetValueOrDefault("tls-verify-peer") is { } verify && verify != "1")
        {
            throw Wrong(text, "the server's certificate is always verified; name its authority instead");
        }
    }

    private static Dictionary<string, string> Query(string text, Uri uri)
    {
        var query = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = part.IndexOf('=', StringComparison.Ordinal) is var at and >= 0
                ? (part[..at], Uri.UnescapeDataString(part[(at + 1)..]))
                : (part, "");
            if (name is not ("socket" or "tls-type" or "tls-hostname" or "tls-verify-peer")
                || !query.TryAdd(name, value))
            {
                throw Wrong(text, $"'{name}' is not a parameter, or is there twice");
            }
        }

        return query;
    }

    private static UsageException Wrong(string text, string reason) => new($"'{text}' is not an NBD URI: {reason}.");
}
