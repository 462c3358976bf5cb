using System.Globalization;
using System.Text;
using BackupEngine.ControlPlane.Api.Bodies;
using BackupEngine.ControlPlane.Api.OpenApi;
using CsCheck;

namespace BackupEngine.ControlPlane.Tests.Api.Hostile;

/// <summary>Requests that are meant to harm, for one route.</summary>
/// <param name="operation">The route.</param>
/// <param name="path">Its path, with ids of the caller's own.</param>
internal sealed class HostileRequests(ApiOperation operation, string path)
{
    private const int Most = BodyReader.MaxBytes;

    private static readonly string[] Lines =
    [
        "X-Note: a\rX-Evil: 1\r\n", "X-Note: a\nX-Evil: 1\r\n", "X-Note: a\r\n X-Evil: 1\r\n",
        "X-Note: a\0b\r\n",
        "X-Evil : 1\r\n", ": none\r\n", "no-colon\r\n", "Host: evil\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n", "Content-Length: -1\r\n", "Content-Length: 9e9\r\n",
        "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: identity, nonsense\r\n",
        "OpenStack-API-Version: volume 3.70\rX-Evil: 1\r\n", "OpenStack-API-Version: volume 3.70\nX-Evil: 1\r\n",
        "OpenStack-API-Version: volume 3.%0d%0aX-Evil:1\r\n", "OpenStack-API-Version: volume 99999999999.1\r\n",
        "OpenStack-API-Version: volume \u00ff\u00fe\r\n", "X-Auth-Token: another\r\n", "Cookie: \u0001\u0002\r\n",
        "Idempotency-Key: \"a\rX-Evil: 1\"\r\n", "Idempotency-Key: \u00ff\r\n", "Idempotency-Key: %0d%0aX-Evil: 1\r\n",
        "X-HTTP-Method-Override: DELETE\r\n", "Expect: nonsense\r\n", "X-Forwarded-Host: evil\r\nForwarded: host=e\r\n",
    ];

    private static readonly string[] Tricks =
    [
        "%2e%2e", "..", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "..%5c..%5c", "%00", "a%00.json", "%252e%252e%252f", "%2f",
        "a%2fb", ";a=b", "%c0%ae%c0%ae", "%ed%a0%80", "%", "%g1", "*", "~", "%20", "%09", "%0d%0aX-Evil:%201", "#a",
        "|",
        "{id}", "[1]", "\u00ff", "%u002e", "%7f", "%EF%BB%BF", "..%00/", "CON", "%2e%2e;/", "a?b",
    ];

    private static readonly byte[][] Broken =
    [
        [0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xe2, 0x82], [0xf5, 0x80, 0x80, 0x80], [0xf0, 0x80, 0x80, 0xaf],
        [0x80],
        .. new[] { "\\ud800", "\\udc00\\ud800", "a\\udbff", "\\ud83d\\ud83d", "\\u12" }.Select(Encoding.ASCII.GetBytes),
    ];

    private readonly IReadOnlyList<BodyPlace> _places = BodyPlace.Of(operation);

    private bool HasBody => operation.Method is "POST" or "PUT";

    private Gen<BodyPlace> Place => Gen.OneOf([.. _places]);

    /// <summary>Any of them.</summary>
    public Gen<HostileRequest> Any() => Gen.OneOf(
        TooLarge(), Deep(), Huge(), Twice(), Undecodable(), WithZeros(), WithLines(), Paths(), LongPaths(), Queries(),
        Endless());

    /// <summary>More than is taken, with the length in front and without.</summary>
    private Gen<HostileRequest> TooLarge() => Gen.Select(
        Gen.Int[Most + 1, 2 * Most], Gen.Bool, Place, Gen.Bool,
        (length, isChunked, place, isText) => Ask("too large") with
        {
            Body = Utf8(isText
                ? place.With($"\"{new string('x', length)}\"")
                : place.With("null") + new string(' ', length)),
            IsChunked = isChunked,
        });

    /// <summary>Says it will send what it never sends.</summary>
    private Gen<HostileRequest> Endless() => Gen.OneOf("114689", "99999999999", "9223372036854775807")
        .Select(length => Ask("too large, announced") with
        {
            Headers = $"Content-Type: application/json\r\nContent-Length: {length}\r\n",
            Body = null,
            Closes = true,
            IsOpen = true,
        });

    private Gen<HostileRequest> Deep() => Gen.Select(
        Gen.Int[BodyReader.MaxDepth + 1, 20_000], Gen.OneOf("[", "{\"a\":", "[{\"a\":"), Gen.Bool, Place,
        (depth, open, isClosed, place) => Ask("deep") with
        {
            Body = Utf8(place.With(Repeat(open, depth) + "1" + (isClosed ? Repeat(Closing(open), depth) : ""))),
        });

    private Gen<HostileRequest> Huge() => Gen.Select(
        Gen.OneOf(
            Gen.Int[300, 100_000].Select(digits => new string('9', digits)),
            Gen.Int[300, 100_000].Select(digits => "-0." + new string('9', digits)),
            Gen.Int[3, 1000].Select(digits => "1e" + new string('9', digits)),
            Gen.Int[300, 100_000].Select(length => $"\"{new string('\'', length)}\""),
            Gen.Int[300, 18_000].Select(length => $"\"{Repeat("\\u202e", length)}\""),
            Gen.Int[300, 50_000].Select(count => $"[{Repeat("1,", count)}1]"),
            Gen.Int[300, 8_000].Select(count =>
                $"{{{string.Join(',', Enumerable.Range(0, count).Select(i => $"\"k{i}\":1"))}}}"),
            Gen.Int[300, 30_000].Select(count => $"[{Repeat("{},", count)}{{}}]")),
        Place,
        (value, place) => Ask("huge") with { Body = Utf8(place.With(value)) });

    private Gen<HostileRequest> Twice() => Gen.Select(Place, Gen.Int[2, 2000], (place, times) =>
    {
        var (one, two) = (place.With("\"a\""), place.With("{\"a\":1,\"a\":[2]}"));
        if (!one.StartsWith('{'))
            return Ask("keys twice") with { Body = Utf8(two) };
        var first = Repeat(one[1..^1] + ",", Math.Min(times, Most / one.Length / 2));
        return Ask("keys twice") with { Body = Utf8($"{{{first}{two[1..^1]}}}") };
    });

    private Gen<HostileRequest> Undecodable() => Gen.Select(Gen.OneOf(Broken), Place, (bytes, place) =>
        Ask("undecodable") with
        {
            Body = [.. Utf8(place.Before), (byte)'"', .. bytes, (byte)'"', .. Utf8(place.After)],
        });

    private Gen<HostileRequest> WithZeros() => Gen.Select(
        Place,
        Gen.OneOf("\"\\u0000\"", "\"a\0b\"", "{\"a\\u0000\":1}", "\0"),
        Gen.OneOf("", "?limit=%00", "?name=a%00b", "?%00"),
        (place, value, query) => Ask("zeros", query) with { Body = Utf8(place.With(value)) });

    /// <summary>In pieces and with a length, both end where the body ends: whoever believes which, none is left over.
    /// </summary>
    private Gen<HostileRequest> WithLines() => Gen.OneOf(Lines).Select(line => Ask("lines") with
    {
        Headers = line,
        Body = line.Contains("chunked", StringComparison.Ordinal) ? "0\r\n\r\n"u8.ToArray() : HasBody ? [] : null,
        Closes = true,
    });

    private Gen<HostileRequest> Paths() => Gen.Select(
        Gen.OneOf(Tricks), Gen.Int[0, 8], Gen.OneOf("replace", "append", "insert", "slashes", "upper"),
        (trick, at, how) =>
        {
            var parts = path.Split('/').ToList();
            var place = Math.Min(at % parts.Count + 1, parts.Count - 1);
            switch (how)
            {
                case "replace": parts[place] = trick; break;
                case "append": parts.Add(trick); break;
                case "insert": parts.Insert(place, trick); break;
                case "slashes": parts.Insert(place, ""); break;
                default: parts[place] = parts[place].ToUpperInvariant(); break;
            }

            return Ask("path") with { Target = string.Join('/', parts), Body = null, Closes = true };
        });

    private Gen<HostileRequest> LongPaths() => Gen.Select(
        Gen.Int[1_000, 20_000], Gen.OneOf("a", "%2e", "a/", "/", "../"),
        (length, part) => Ask("long path", $"/{Repeat(part, length / part.Length)}") with
        {
            Body = null,
            Closes = true,
        });

    private Gen<HostileRequest> Queries() => Gen.Select(
        Gen.Int[1_000, 8_000],
        Gen.OneOf("a&", "a=1&", "name=x&", "limit=1&", "sort=name&", "marker=&", "status~=x&", "=&"),
        Gen.OneOf(
            "", "sort=" + Repeat("name,", 1000), "name~=" + Repeat("%25_", 300),
            "created_at=gt:" + Repeat("9", 999)),
        (length, part, end) => Ask("query", $"?{Repeat(part, (length - end.Length) / part.Length)}{end}") with
        {
            Body = null,
            Closes = true,
        });

    private HostileRequest Ask(string kind, string query = "") => new(kind, operation.Method, path + query)
    {
        Body = HasBody ? [] : null,
    };

    private static string Closing(string open) =>
        string.Concat(open.Reverse().Select(sign => sign switch { '[' => "]", '{' => "}", _ => "" }));

    private static string Repeat(string text, int times) =>
        new StringBuilder().Insert(0, text, Math.Max(0, times)).ToString();

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
