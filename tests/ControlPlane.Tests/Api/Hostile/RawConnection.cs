using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace BackupEngine.ControlPlane.Tests.Api.Hostile;

/// <summary>
/// Sends bytes as they are, which no HTTP client would let through; keeps its connection while it can.
/// </summary>
internal sealed class RawConnection(Uri address) : IDisposable
{
    private static readonly byte[] EndOfHead = "\r\n\r\n"u8.ToArray();

    private TcpClient? _tcp;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _tcp?.Dispose();

    /// <summary>Sends a request and reads its answer.</summary>
    public async Task<RawAnswer> SendAsync(HostileRequest request)
    {
        _tcp ??= await ConnectAsync();
        var stream = _tcp.GetStream();
        // Beside the reading: a server that has refused need not take the rest.
        var sending = SendAsync(stream, request.Bytes);
        var answer = await ReadAsync(stream, request);
        await sending;
        if (!request.Closes && !answer.Closes)
            return answer;
        _tcp.Dispose();
        _tcp = null;
        return answer;
    }

    private static async Task SendAsync(NetworkStream stream, ReadOnlyMemory<byte> bytes)
    {
        try
        {
            await stream.WriteAsync(bytes, Cancel);
        }
        catch (IOException)
        {
            // Refused and closed before all of it was taken; what counts is the answer.
        }
    }

    private async Task<TcpClient> ConnectAsync()
    {
        var tcp = new TcpClient { NoDelay = true };
        await tcp.ConnectAsync(address.Host, address.Port, Cancel);
        return tcp;
    }

    /// <summary>Where the connection ends with the answer everything is read: a second answer would be seen.</summary>
    private static async Task<RawAnswer> ReadAsync(NetworkStream stream, HostileRequest request)
    {
        var read = new List<byte>();
        var buffer = new byte[16384];
        while (true)
        {
            var answer = RawAnswer.Parse(read);
            if (answer is { IsWhole: true } && (request.IsOpen || (!request.Closes && !answer.Closes)))
                return answer;
            var count = await ReadAsync(stream, buffer);
            if (count == 0)
                return answer ?? throw new InvalidOperationException($"No answer to {request}");
            read.AddRange(buffer.AsSpan(0, count));
        }
    }

    private static async Task<int> ReadAsync(NetworkStream stream, byte[] buffer)
    {
        try
        {
            return await stream.ReadAsync(buffer, Cancel);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    /// <summary>An answer, as far as it has been read.</summary>
    internal sealed record RawAnswer(int Status, string Head, string Body, bool IsWhole)
    {
        public bool Closes => Head.Contains("\r\nConnection: close", StringComparison.OrdinalIgnoreCase);

        /// <summary>The names of its headers.</summary>
        public IEnumerable<string> Headers => Head.Split("\r\n").Skip(1).Select(line => line.Split(':')[0]);

        public override string ToString() => $"{Status} {Body}";

        /// <summary>Null while its head is not whole.</summary>
        public static RawAnswer? Parse(List<byte> read)
        {
            var bytes = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(read);
            var end = bytes.IndexOf(EndOfHead);
            if (end < 0)
                return null;
            var head = Encoding.Latin1.GetString(bytes[..end]);
            var rest = bytes[(end + EndOfHead.Length)..];
            var isChunked = head.Contains("\r\nTransfer-Encoding: chunked", StringComparison.OrdinalIgnoreCase);
            var isWhole = isChunked ? rest.EndsWith("\r\n0\r\n\r\n"u8) || rest.StartsWith("0\r\n\r\n"u8)
                : rest.Length >= LengthOf(head);
            var status = int.Parse(head.AsSpan(9, 3), CultureInfo.InvariantCulture);
            return new RawAnswer(status, head, Encoding.UTF8.GetString(rest), isWhole);
        }

        private static int LengthOf(string head)
        {
            const string name = "\r\nContent-Length: ";
            var at = head.IndexOf(name, StringComparison.OrdinalIgnoreCase);
            return at < 0 ? 0 : int.Parse(
                head.AsSpan(at + name.Length).ToString().Split("\r\n")[0], CultureInfo.InvariantCulture);
        }
    }
}
