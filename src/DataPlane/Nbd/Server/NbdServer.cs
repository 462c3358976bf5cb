using System.Collections.Concurrent;
using System.Net.Security;
using System.Net.Sockets;
using BackupEngine.DataPlane.Memory;
using BackupEngine.DataPlane.Nbd.Server.Connections;
using BackupEngine.DataPlane.Nbd.Server.Requests;

namespace BackupEngine.DataPlane.Nbd.Server;

/// <summary>Serves one export to all who connect, until it is told to end.</summary>
internal sealed class NbdServer(
    Export export,
    NbdServerLimits limits,
    SslServerAuthenticationOptions? tls,
    ServeCounters counters,
    TimeProvider time,
    ILogger logger)
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<NbdConnection, Task> _connections = [];
    private readonly WriteFaults _faults = new(logger);
    private bool _isFullTold;

    /// <summary>Accepts clients; when it is told to end, answers what is under way and leaves them.</summary>
    /// <param name="listener">A socket that listens; stays its owner's.</param>
    /// <param name="ending">Tells it to end.</param>
    public async Task RunAsync(Socket listener, CancellationToken ending)
    {
        using var buffers = new AlignedBufferPool(new AlignedBufferPoolOptions
        {
            BlockSizeBytes = RequestBuffer.Bytes,
            MaxTotalBytes = limits.BufferBytes,
        });
        using var ended = new CancellationTokenSource();
        var watch = WatchAsync(ended.Token);
        try
        {
            await AcceptAsync(listener, buffers, ending);
        }
        finally
        {
            await LeaveAsync();
            await ended.CancelAsync();
            await watch;
        }
    }

    private async Task AcceptAsync(Socket listener, AlignedBufferPool buffers, CancellationToken ending)
    {
        while (!ending.IsCancellationRequested)
        {
            try
            {
                Accept(await listener.AcceptAsync(ending), buffers, ending);
            }
            catch (OperationCanceledException) when (ending.IsCancellationRequested)
            {
                return;
            }
            catch (SocketException e)
            {
                logger.LogWarning("A client could not be accepted: {Cause}", e.Message);
                await Task.Delay(Look, time, CancellationToken.None);
            }
        }
    }

    private void Accept(Socket client, AlignedBufferPool buffers, CancellationToken ending)
    {
        if (_connections.Count >= limits.Connections)
        {
            TellFull();
            client.Dispose();
            return;
        }

        if (client.ProtocolType == ProtocolType.Tcp)
        {
            client.NoDelay = true;
        }

        counters.AddConnection();
        var wire = new NbdWire(new NetworkStream(client, ownsSocket: true), limits.Message, time);
        var connection = new NbdConnection(wire, export, tls, buffers, counters, _faults, limits, logger);
        var begin = new TaskCompletionSource();
        _connections[connection] = ServeAsync(connection, begin.Task, ending);
        begin.SetResult();
    }

    private async Task ServeAsync(NbdConnection connection, Task begin, CancellationToken ending)
    {
        await begin;
        await Task.Yield();
        try
        {
            await connection.RunAsync(ending);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // One client's end must neither keep its place nor end the server.
            logger.LogError(e, "A connection could not be closed as it should be");
        }
        finally
        {
            _connections.TryRemove(connection, out _);
            connection.Dispose();
        }
    }

    private void TellFull()
    {
        if (!_isFullTold)
        {
            _isFullTold = true;
            logger.LogWarning(
                "A client was turned away: {Connections} connections are open, which is the most. Further ones are "
                + "turned away without being told of here",
                limits.Connections);
        }
    }

    /// <summary>Ends connections whose clients have let their time go by.</summary>
    private async Task WatchAsync(CancellationToken ended)
    {
        using var timer = new PeriodicTimer(Look, time);
        try
        {
            while (await timer.WaitForNextTickAsync(ended))
            {
                foreach (var connection in _connections.Keys.Where(connection => connection.IsOverdue))
                {
                    logger.LogWarning("A client was left: it stopped in the middle of a message, or takes no replies");
                    connection.Abort();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The server has ended.
        }
    }

    private async Task LeaveAsync()
    {
        var all = Task.WhenAll(_connections.Values);
        try
        {
            await all.WaitAsync(limits.Ending, time);
        }
        catch (TimeoutException)
        {
            foreach (var connection in _connections.Keys)
            {
                connection.Abort();
            }

            await all;
        }
    }
}
