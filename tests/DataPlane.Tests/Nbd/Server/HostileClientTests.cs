using BackupEngine.DataPlane.Nbd.Protocol;
using BackupEngine.DataPlane.Nbd.Server;
using BackupEngine.DataPlane.Tests.Backup;

namespace BackupEngine.DataPlane.Tests.Nbd.Server;

/// <summary>What clients do wrong, whether or not they mean it: it ends their connection, and no other.</summary>
public sealed class HostileClientTests : IDisposable
{
    private const int Chunk = 64 * 1024;
    private const int VolumeBytes = 24 * Chunk;

    private static readonly NbdServerLimits Few = new() { Connections = 3, RequestsOfConnection = 4 };

    private readonly JumpingClock _clock = new();
    private readonly PipelineHarness _harness = new(Chunk);
    private readonly byte[] _content = new byte[VolumeBytes];

    public HostileClientTests() => new Random(5).NextBytes(_content);

    public void Dispose() => _harness.Dispose();

    [Fact]
    public async Task Garbage_ends_its_own_connection()
    {
        await using var volume = await ServedVolumes.BackUpAsync(_harness, _content, cacheChunks: 8);
        await using var server = new InProcessServer(volume);
        using var good = await RawClient.ReadyAsync(server.Path, "structured");
        var random = new Random(1);
        for (var i = 0; i < 40; i++)
        {
            using var bad = i % 2 == 0
                ? await RawClient.ConnectAsync(server.Path)
                : await RawClient.ReadyAsync(server.Path, i % 4 == 1 ? "simple" : "extended");
            var garbage = new byte[random.Next(1, 5000)];
            random.NextBytes(garbage);
            try
            {
                await bad.SendAsync(garbage);
                bad.EndSending();
            }
            catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
            {
                // The server has seen enough already.
            }

            await bad.AssertClosedAsync();
        }

        Assert.Equal(_content[..1000], (await good.ReadAsync(0, 1000)).Content);
    }

    [Fact]
    public async Task Lengths_that_nobody_can_mean_end_the_connection()
    {
        await using var volume = await ServedVolumes.BackUpAsync(_harness, _content, cacheChunks: 8);
        await using var server = new InProcessServer(volume);
        using (var client = await RawClient.ConnectAsync(server.Path))
        {
            await client.GreetAsync();
            var header = new byte[OptionHeader.Bytes];
            new OptionHeader(Option.Go, uint.MaxValue).Write(header);
            await client.SendAsync(header);
            await client.AssertClosedAsync();
        }

        using (var client = await RawClient.ReadyAsync(server.Path, "extended"))
        {
            await client.RequestAsync(Command.Write, 0, ulong.MaxValue, CommandOptions.PayloadLength);
            await client.AssertClosedAsync();
        }

        using (var client = await RawClient.ConnectAsync(server.Path))
        {
            await client.GreetAsync((HandshakeOptions)0x40);
            await client.AssertClosedAsync();
        }
    }

    [Fact]
    public async Task Who_stops_in_the_middle_of_a_message_runs_out_of_time_and_who_is_idle_does_not()
    {
        await using var volume = await ServedVolumes.BackUpAsync(_harness, _content, cacheChunks: 8);
        await using var server = new InProcessServer(volume, time: _clock);
        using var idle = await RawClient.ReadyAsync(server.Path, "structured");
        using (var slow = await RawClient.ConnectAsync(server.Path))
        {
            await _clock.JumpUntilAsync(slow.AssertClosedAsync());
        }

        using (var slow = await RawClient.ReadyAsync(server.Path, "simple"))
        {
            await slow.SendAsync([0x25, 0x60]);
            await _clock.JumpUntilAsync(slow.AssertClosedAsync());
        }

        Assert.Equal(_content[..1000], (await idle.ReadAsync(0, 1000)).Content);
    }

    [Fact]
    public async Task Who_takes_no_replies_holds_a_few_buffers_and_nobody_up()
    {
        await using var volume = await ServedVolumes.BackUpAsync(_harness, _content, cacheChunks: 8);
        await using var server = new InProcessServer(volume, Few, time: _clock);
        using var greedy = await RawClient.ReadyAsync(server.Path, "structured");
        for (var i = 0; i < 40; i++)
        {
            await greedy.RequestAsync(Command.Read, 0, VolumeBytes, cookie: (ulong)i);
        }

        using var good = await RawClient.ReadyAsync(server.Path, "structured");
        Assert.Equal(_content, (await good.ReadAsync(0, VolumeBytes)).Content);
        await good.RequestAsync(Command.Disconnect, 0, 0);
        await good.AssertClosedAsync();

        // It is left in the end: as many others as there are places are served then.
        var others = new List<RawClient>();
        for (var i = 0; i < Few.Connections; i++)
        {
            others.Add(await UntilAcceptedAsync(server.Path, _clock.Jump));
        }

        others.ForEach(other => other.Dispose());
    }

    [Fact]
    public async Task More_clients_than_allowed_are_turned_away_until_one_leaves()
    {
        await using var volume = await ServedVolumes.BackUpAsync(_harness, _content, cacheChunks: 8);
        await using var server = new InProcessServer(volume, Few);
        var clients = new List<RawClient>();
        for (var i = 0; i < Few.Connections; i++)
        {
            clients.Add(await RawClient.ReadyAsync(server.Path, "structured"));
        }

        using (var turnedAway = await RawClient.ConnectAsync(server.Path))
        {
            await turnedAway.AssertClosedAsync();
        }

        await clients[0].RequestAsync(Command.Disconnect, 0, 0);
        await clients[0].AssertClosedAsync();
        clients.ForEach(client => client.Dispose());
        using var next = await UntilAcceptedAsync(server.Path, () => { });
        Assert.Equal(_content[..10], (await next.ReadAsync(0, 10)).Content);
    }

    /// <summary>A place is free a moment after a client has seen its end.</summary>
    private static async Task<RawClient> UntilAcceptedAsync(string path, Action turnedAway)
    {
        while (true)
        {
            try
            {
                return await RawClient.ReadyAsync(path, "structured");
            }
            catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
            {
                turnedAway();
                await Task.Delay(20, TestContext.Current.CancellationToken);
            }
        }
    }
}
