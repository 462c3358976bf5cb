using System.Buffers;
using System.IO.Pipelines;
using System.Net.Security;
using BackupEngine.DataPlane.Nbd.Protocol;

namespace BackupEngine.DataPlane.Nbd.Server.Connections;

/// <summary>
/// The bytes of one connection. One reads; many may send, each whole messages. A client that stops in the middle of a
/// message, or takes no replies, runs out of time.
/// </summary>
internal sealed class NbdWire : IAsyncDisposable
{
    private const int ReadBufferBytes = 64 * 1024;
    private static readonly TimeSpan TlsEnd = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _sending = new(1);
    private readonly TimeSpan _allowed;
    private readonly Deadline _outDeadline;
    private Stream _stream;
    private PipeReader _reader;

    /// <summary>Takes a connected stream over.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="allowed">How long a client may take for a part of a message.</param>
    /// <param name="time">The clock.</param>
    public NbdWire(Stream stream, TimeSpan allowed, TimeProvider time)
    {
        (_stream, _allowed) = (stream, allowed);
        InDeadline = new Deadline(time);
        _outDeadline = new Deadline(time);
        _reader = NewReader(stream);
    }

    /// <summary>By when the client must have sent more.</summary>
    public Deadline InDeadline { get; }

    /// <summary>Whether the client has let its time go by.</summary>
    public bool IsOverdue => InDeadline.IsOver || _outDeadline.IsOver;

    /// <summary>Whether the bytes are encrypted.</summary>
    public bool IsTls => _stream is SslStream;

    /// <summary>Waits for the first byte of a message, for as long as it takes.</summary>
    /// <returns>False when the client has ended the connection.</returns>
    public async ValueTask<bool> WaitForMessageAsync(CancellationToken cancellationToken)
    {
        InDeadline.Clear();
        var result = await _reader.ReadAsync(cancellationToken);
        var isThere = !result.Buffer.IsEmpty;
        _reader.AdvanceTo(result.Buffer.Start);
        InDeadline.Set(_allowed);
        return isThere;
    }

    /// <summary>Fills a part of a message.</summary>
    /// <exception cref="NbdProtocolException">The connection ends before.</exception>
    public async ValueTask ReadAsync(Memory<byte> destination, CancellationToken cancellationToken)
    {
        while (!destination.IsEmpty)
        {
            var result = await _reader.ReadAsync(cancellationToken);
            var taken = result.Buffer.Slice(0, Math.Min(result.Buffer.Length, destination.Length));
            taken.CopyTo(destination.Span);
            destination = destination[(int)taken.Length..];
            _reader.AdvanceTo(taken.End);
            if (!destination.IsEmpty && result.IsCompleted)
            {
                throw new NbdProtocolException("The connection ends in the middle of a message.");
            }
        }
    }

    /// <summary>A further part of a message has its own time.</summary>
    public void ExtendDeadline() => InDeadline.Set(_allowed);

    /// <summary>Sends a message whole.</summary>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        await BeginSendingAsync(cancellationToken);
        try
        {
            await SendPartAsync(message, cancellationToken);
        }
        finally
        {
            EndSending();
        }
    }

    /// <summary>Begins a message that is sent in parts; nobody else sends before <see cref="EndSending"/>.</summary>
    public Task BeginSendingAsync(CancellationToken cancellationToken) => _sending.WaitAsync(cancellationToken);

    /// <summary>Sends a part of the message that was begun.</summary>
    public async ValueTask SendPartAsync(ReadOnlyMemory<byte> part, CancellationToken cancellationToken)
    {
        _outDeadline.Set(_allowed);
        await _stream.WriteAsync(part, cancellationToken);
        _outDeadline.Clear();
    }

    /// <summary>The message is whole.</summary>
    public void EndSending() => _sending.Release();

    /// <summary>Goes on under TLS, after the client was told so.</summary>
    /// <exception cref="InvalidDataException">The client has sent something that TLS does not cover.</exception>
    public async Task StartTlsAsync(SslServerAuthenticationOptions options, CancellationToken cancellationToken)
    {
        if (_reader.TryRead(out var early) && !early.Buffer.IsEmpty)
        {
            throw new InvalidDataException("Data came between STARTTLS and its answer.");
        }

        await _reader.CompleteAsync();
        var secured = new SslStream(_stream, leaveInnerStreamOpen: false);
        _stream = secured;
        await secured.AuthenticateAsServerAsync(options, cancellationToken);
        _reader = NewReader(secured);
    }

    /// <summary>Ends the connection at once; whoever reads or sends fails.</summary>
    public void Abort() => _stream.Dispose();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _reader.CompleteAsync();
        if (_stream is SslStream secured)
        {
            await EndTlsAsync(secured);
        }

        await _stream.DisposeAsync();
        _sending.Dispose();
    }

    /// <summary>Tells the client, if it still listens, that nothing was cut off.</summary>
    private static async Task EndTlsAsync(SslStream secured)
    {
        try
        {
            await secured.ShutdownAsync().WaitAsync(TlsEnd);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // It does not listen any more, or TLS never came about: nothing was promised to it.
        }
    }

    private static PipeReader NewReader(Stream stream) => PipeReader.Create(
        stream, new StreamPipeReaderOptions(bufferSize: ReadBufferBytes, leaveOpen: true));
}
