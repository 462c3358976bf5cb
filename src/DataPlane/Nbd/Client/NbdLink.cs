using System.Diagnostics;
using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Nbd.Protocol;

namespace BackupEngine.DataPlane.Nbd.Client;

/// <summary>
/// The place of one connection, which is made again when it was lost. Whoever needs it meanwhile waits.
/// </summary>
internal sealed class NbdLink(NbdClientOptions options, WriteLedger ledger, ReconnectLog log) : IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly List<NbdConnection> _lost = [];
    private volatile NbdConnection? _current;

    /// <summary>Requests that wait for their replies.</summary>
    public int InFlight => _current?.InFlight ?? 0;

    /// <summary>Connects for the first time.</summary>
    /// <exception cref="DeviceException">It cannot be reached, or refuses.</exception>
    public NegotiatedExport Open()
    {
        try
        {
            var connection = NbdConnection.Open(options, ledger);
            _current = connection;
            return connection.Export;
        }
        catch (ConnectionLostException e)
        {
            throw new DeviceException(DeviceErrorKind.NotFound, $"{Sentence(e.Message)} Nothing was changed.", e);
        }
        catch (NbdProtocolException e)
        {
            throw new DeviceException(DeviceErrorKind.NotUsable, $"{options.Uri}: {e.Message}", e);
        }
    }

    /// <summary>The connection; made again where it was lost.</summary>
    /// <param name="expected">What the first handshake agreed on: another export is no substitute.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="DeviceException">It could not be made again in time, or is another export now.</exception>
    public NbdConnection Get(NegotiatedExport expected, CancellationToken cancellationToken)
    {
        if (_current is { } connection)
        {
            return connection;
        }

        _gate.Wait(cancellationToken);
        try
        {
            return _current ??= Reconnect(expected, cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Somebody found the connection to be lost.</summary>
    public void Drop(NbdConnection connection, string reason)
    {
        lock (_lost)
        {
            if (_current != connection)
            {
                return;
            }

            _current = null;
            _lost.Add(connection);
        }

        connection.Abort();
        log.Lost(reason);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _current?.Dispose();
        _lost.ForEach(connection => connection.Dispose());
        _gate.Dispose();
    }

    private NbdConnection Reconnect(NegotiatedExport expected, CancellationToken cancellationToken)
    {
        var since = Stopwatch.StartNew();
        var pause = FirstPause;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                return Same(NbdConnection.Open(options, ledger), expected);
            }
            catch (Exception e) when (MayPass(e))
            {
                if (since.Elapsed + pause > options.ReconnectTime)
                {
                    throw GivenUp(e);
                }
            }

            cancellationToken.WaitHandle.WaitOne(pause);
            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks));
        }
    }

    /// <summary>A server that is being started may refuse what it will offer in a moment.</summary>
    private static bool MayPass(Exception e) => e is ConnectionLostException or NbdProtocolException
        or DeviceException { Kind: DeviceErrorKind.NotFound or DeviceErrorKind.NotUsable };

    private NbdConnection Same(NbdConnection connection, NegotiatedExport expected)
    {
        if (expected.DifferenceTo(connection.Export) is not { } difference)
        {
            log.Reconnected();
            return connection;
        }

        connection.Dispose();
        throw new DeviceException(
            DeviceErrorKind.Io,
            $"{options.Uri}: the connection was lost, and the export that is there now is another one: {difference}.");
    }

    private DeviceException GivenUp(Exception last) => new(
        DeviceErrorKind.Io,
        $"{options.Uri}: the connection was lost ({log.LastReason}) and could not be made again within "
        + $"{options.ReconnectTime.TotalSeconds:0.#} s: {Sentence(last.Message)}",
        last);

    private static string Sentence(string text) => text.EndsWith('.') ? text : $"{text}.";
}
