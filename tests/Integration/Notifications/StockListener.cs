using System.Diagnostics;
using System.Text.Json.Nodes;

namespace BackupEngine.Integration.Notifications;

/// <summary>A consumer that is oslo.messaging itself, as it is installed: <c>notification-listener.py</c>.</summary>
internal sealed class StockListener : IAsyncDisposable
{
    private const string Python = "/usr/bin/python3";
    private const string Library = "/usr/lib/python3/dist-packages/oslo_messaging";

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);

    private readonly Process _process;

    private StockListener(Process process) => _process = process;

    /// <summary>Starts one, and waits until it listens; skips the test where the library is not installed.</summary>
    public static async Task<StockListener> StartAsync(string address, string exchange, string topic)
    {
        Assert.SkipUnless(Directory.Exists(Library), "needs oslo.messaging (Debian: python3-oslo.messaging)");
        var script = Path.Combine(AppContext.BaseDirectory, "Notifications", "notification-listener.py");
        var url = address.Replace("amqp://", "rabbit://", StringComparison.Ordinal).TrimEnd('/') + "//";
        var listener = new StockListener(Process.Start(new ProcessStartInfo(Python, [script, url, exchange, topic])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!);
        Assert.Equal("ready", await listener.ReadLineAsync());
        return listener;
    }

    /// <summary>The next notification that it was handed.</summary>
    public async Task<JsonNode> NextAsync() => JsonNode.Parse(await ReadLineAsync())!;

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var deadline = new CancellationTokenSource(Deadline);
        await _process.WaitForExitAsync(deadline.Token);
        _process.Dispose();
    }

    private async Task<string> ReadLineAsync()
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Deadline);
        return await _process.StandardOutput.ReadLineAsync(deadline.Token)
            ?? throw new InvalidOperationException("The listener has ended.");
    }
}
