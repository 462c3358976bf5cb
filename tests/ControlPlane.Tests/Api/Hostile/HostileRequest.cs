using System.Globalization;
using System.Text;
using BackupEngine.ControlPlane.Authentication;

namespace BackupEngine.ControlPlane.Tests.Api.Hostile;

/// <summary>A request, byte by byte.</summary>
/// <param name="Kind">What is hostile about it.</param>
/// <param name="Method">The method.</param>
/// <param name="Target">What stands between method and version.</param>
internal sealed record HostileRequest(string Kind, string Method, string Target)
{
    /// <summary>Who asks.</summary>
    public TokenUser User { get; init; } = ApiHost.Demo;

    /// <summary>Lines beside the usual ones, each with its end.</summary>
    public string Headers { get; init; } = "";

    /// <summary>Null: none.</summary>
    public byte[]? Body { get; init; }

    /// <summary>In pieces, without its length; else with it.</summary>
    public bool IsChunked { get; init; }

    /// <summary>Whether the connection ends with it.</summary>
    public bool Closes { get; init; }

    /// <summary>Whether less is sent than it says: nobody waits for the end of the connection then.</summary>
    public bool IsOpen { get; init; }

    /// <summary>What is sent.</summary>
    public byte[] Bytes
    {
        get
        {
            var head = new StringBuilder($"{Method} {Target} HTTP/1.1\r\nHost: api\r\nX-Auth-Token: {User.Token}\r\n");
            if (!Headers.Contains("OpenStack-API-Version", StringComparison.Ordinal))
                head.Append("OpenStack-API-Version: volume 3.70\r\n");
            head.Append(Headers).Append(Closes ? "Connection: close\r\n" : "");
            if (Body is not null)
                head.Append("Content-Type: application/json\r\n");
            head.Append(Body is null ? "\r\n" : IsChunked ? "Transfer-Encoding: chunked\r\n\r\n"
                : string.Create(CultureInfo.InvariantCulture, $"Content-Length: {Body.Length}\r\n\r\n"));
            byte[] start = [.. Encoding.Latin1.GetBytes(head.ToString())];
            return Body is null ? start : IsChunked ? [.. start, .. InPieces(Body)] : [.. start, .. Body];
        }
    }

    public override string ToString() =>
        $"{Kind}: {Method} {Short(Target)} {Headers.Replace("\r", "\\r").Replace("\n", "\\n")} "
        + Short(Body is null ? "" : Encoding.Latin1.GetString(Body));

    private static string Short(string text) => text.Length <= 300 ? text : $"{text[..300]}... ({text.Length})";

    private static byte[] InPieces(byte[] body) =>
    [
        .. body.Chunk(10_000).SelectMany(piece => (byte[])
        [
            .. Encoding.ASCII.GetBytes($"{piece.Length:x}\r\n"), .. piece, (byte)'\r', (byte)'\n',
        ]),
        .. "0\r\n\r\n"u8,
    ];
}
