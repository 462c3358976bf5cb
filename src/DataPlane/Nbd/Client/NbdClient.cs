using System.Diagnostics;
using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Nbd.Protocol;

namespace BackupEngine.DataPlane.Nbd.Client;

/// <summary>
/// One export over several connections. Calls block until they are done; safe to use from many threads. A request whose
/// connection is lost is sent again: every request has the same effect however often it is carried out.
/// </summary>
internal sealed class NbdClient : IDisposable
{
    private readonly NbdClientOptions _options;
    private readonly WriteLedger _ledger = new();
    private readonly ReconnectLog _log;
    private readonly List<NbdLink> _links = [];
    private int _next;

    private NbdClient(NbdClientOptions options, ILogger logger)
    {
        _options = options.Validate();
        _log = new ReconnectLog(options.Uri, logger);
        var first = new NbdLink(_options, _ledger, _log);
        Export = first.Open();
        _links.Add(first);
        OpenMore(logger);
        logger.LogInformation(
            "{Uri}: {LengthBytes} bytes, {Connections} connections, {Replies} replies, block sizes {Sizes}, "
            + "offers {Features}",
            options.Uri, Export.LengthBytes, _links.Count, Export.Replies, Export.Sizes, Export.Features);
    }

    /// <summary>What the first handshake agreed on, and every later one.</summary>
    public NegotiatedExport Export { get; }

    /// <summary>Connections in use.</summary>
    public int Connections => _links.Count;

    /// <summary>What happened that the result must tell.</summary>
    public IEnumerable<string> Warnings => _refused is null ? Lost : [_refused, .. Lost];

    private IEnumerable<string> Lost => _log.Warning is { } lost ? [lost] : [];

    private string? _refused;

    /// <summary>Connects.</summary>
    /// <exception cref="DeviceException">It cannot be reached, or refuses; the message says why.</exception>
    public static NbdClient Open(NbdClientOptions options, ILogger logger) => new(options, logger);

    /// <summary>The place of one connection, for somebody who stays with it.</summary>
    public NbdLink NextLink() => _links[(int)((uint)Interlocked.Increment(ref _next) % (uint)_links.Count)];

    /// <summary>Has a request carried out.</summary>
    /// <exception cref="DeviceException">Of kind Io: the server refused, broke the protocol, could not be reached for
    /// too long, or may have lost what was written before.</exception>
    public void Perform(in NbdRequest request, CancellationToken cancellationToken) =>
        Perform(request, only: null, cancellationToken);

    /// <summary>Makes every write that was answered before durable.</summary>
    /// <remarks>
    /// On every connection: one whose server was started again is found out by nothing but an answer on it.
    /// </remarks>
    /// <exception cref="DeviceException">Of kind Io: something may be lost.</exception>
    public void Flush(CancellationToken cancellationToken)
    {
        var begun = _ledger.BeginFlush();
        var flush = new NbdRequest(Command.Flush, CommandOptions.None, 0, 0);
        foreach (var link in _links)
        {
            Perform(flush, link, cancellationToken);
        }

        _ledger.Flushed(begun);
    }

    /// <summary>What a request came to that was sent on a connection and failed.</summary>
    /// <param name="request">The request.</param>
    /// <param name="link">Where it was sent.</param>
    /// <param name="connection">On what.</param>
    /// <param name="error">How it failed.</param>
    /// <returns>The error; null where the connection was lost, and the request may be sent again.</returns>
    public DeviceException? Judge(in NbdRequest request, NbdLink link, NbdConnection connection, Exception error)
    {
        switch (error)
        {
            case NbdRequestException { Error: NbdError.Shutdown }:
                link.Drop(connection, "the server is being shut down");
                return null;
            case NbdRequestException refused:
                return Failed(request, $"the server answered: {refused.Message}", refused);
            case NbdProtocolException broken:
                link.Drop(connection, broken.Message);
                return Failed(request, $"the server breaks the NBD protocol: {broken.Message}", broken);
            default:
                link.Drop(connection, error.Message);
                return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _links.ForEach(link => link.Dispose());

    private void Perform(in NbdRequest request, NbdLink? only, CancellationToken cancellationToken)
    {
        long firstLoss = 0;
        while (true)
        {
            RefuseAfterLostWrites(request);
            var link = only ?? Pick();
            var connection = link.Get(Export, cancellationToken);
            try
            {
                connection.Perform(request, cancellationToken);
                return;
            }
            catch (Exception e) when (e is ConnectionLostException or NbdRequestException or NbdProtocolException)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (Judge(request, link, connection, e) is { } error)
                {
                    throw error;
                }

                GiveUpAfter(ref firstLoss, request, e);
            }
        }
    }

    private void OpenMore(ILogger logger)
    {
        if (!Export.Features.HasFlag(ExportFeatures.MultipleConnections))
        {
            return;
        }

        while (_links.Count < _options.Connections)
        {
            var link = new NbdLink(_options, _ledger, _log);
            try
            {
                if (Export.DifferenceTo(link.Open()) is { } difference)
                {
                    throw new DeviceException(
                        DeviceErrorKind.NotUsable, $"{_options.Uri}: a second connection differs: {difference}.");
                }
            }
            catch (DeviceException e)
            {
                link.Dispose();
                _refused = $"{_options.Uri}: {_links.Count} of {_options.Connections} connections are used: "
                    + e.Message;
                logger.LogWarning("{Warning}", _refused);
                return;
            }

            _links.Add(link);
        }
    }

    private NbdLink Pick()
    {
        var start = (uint)Interlocked.Increment(ref _next);
        var best = _links[(int)(start % (uint)_links.Count)];
        for (var i = 1; i < _links.Count && best.InFlight > 0; i++)
        {
            var other = _links[(int)((start + (uint)i) % (uint)_links.Count)];
            best = other.InFlight < best.InFlight ? other : best;
        }

        return best;
    }

    private void RefuseAfterLostWrites(in NbdRequest request)
    {
        if (_ledger.IsLost && (request.Changes || request.Command == Command.Flush))
        {
            throw new DeviceException(
                DeviceErrorKind.Io,
                $"{_options.Uri}: the connection was lost ({_log.LastReason}) after writes that were not flushed yet: "
                + "the server behind it may have lost them, so what was written must not be trusted.");
        }
    }

    /// <summary>
    /// A server that accepts connections and then ends them, again and again, is given up like one that is not there.
    /// </summary>
    private void GiveUpAfter(ref long firstLoss, in NbdRequest request, Exception cause)
    {
        firstLoss = firstLoss == 0 ? Stopwatch.GetTimestamp() : firstLoss;
        var elapsed = Stopwatch.GetElapsedTime(firstLoss);
        if (elapsed >= _options.ReconnectTime)
        {
            throw Failed(
                request, $"the connection was lost, also when it was made again, for {elapsed.TotalSeconds:0.#} s: "
                + cause.Message, cause);
        }
    }

    private DeviceException Failed(in NbdRequest request, string reason, Exception cause)
    {
        var place = request.Command == Command.Flush ? "" : $" at offset {request.OffsetBytes}";
        return new DeviceException(
            DeviceErrorKind.Io,
            $"{_options.Uri}: {request.Describe()}{place} failed: {reason.TrimEnd('.')}.",
            cause);
    }
}
