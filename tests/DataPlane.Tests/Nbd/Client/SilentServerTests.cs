using BackupEngine.DataPlane.Backup;
using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Nbd.Client;
using BackupEngine.DataPlane.Nbd.Protocol;
using BackupEngine.DataPlane.Tests.Backup;
using static BackupEngine.DataPlane.Tests.Nbd.Client.ScriptedServer;

namespace BackupEngine.DataPlane.Tests.Nbd.Client;

/// <summary>Servers that accept everything and do not answer.</summary>
public sealed class SilentServerTests : NbdTestBase
{
    private static readonly byte[] Content = Random(1 << 20, 6);

    private NbdClientOptions Impatient => Options($"nbd+unix:///?socket={Socket}") with
    {
        ReplyTime = TimeSpan.FromMilliseconds(200),
        ReconnectTime = TimeSpan.Zero,
    };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Silence_is_an_error_that_says_what_was_asked_for(bool half)
    {
        using var server = new ScriptedServer(Socket, request => half ? Whole(request)[..1000] : []);
        using var harness = new PipelineHarness();
        var error = await Assert.ThrowsAsync<DeviceException>(() => harness.BackupAsync(Open(Impatient)));
        Assert.Equal(DeviceErrorKind.Io, error.Kind);
        Assert.Contains("no answer to reading", error.Message, StringComparison.Ordinal);
        Assert.Contains("within 0.2 s", error.Message, StringComparison.Ordinal);
        Assert.Empty(harness.Repository.ListManifests());
        Close();
    }

    [Fact]
    public async Task A_server_that_answers_on_the_next_connection_is_gone_on_with()
    {
        var asked = 0;
        using var server = new ScriptedServer(Socket, request => ++asked == 1 ? [] : Whole(request));
        using var harness = new PipelineHarness();
        var device = Open(Impatient with
        {
            ReplyTime = TimeSpan.FromSeconds(1),
            ReconnectTime = TimeSpan.FromMinutes(5),
        });
        Assert.Equal(Content, await harness.RestoreAsync(await harness.BackupAsync(device)));
        Assert.Contains("no answer to reading", Assert.Single(device.Incidents), StringComparison.Ordinal);
        Close();
    }

    [Fact]
    public void Silence_when_asked_for_the_status_is_told_and_zeros_are_read()
    {
        using var server = new ScriptedServer(Socket, _ => []);
        var device = Open(Impatient with { Contexts = [MetaContexts.Allocation] });
        var survey = device.Survey(Cancelled);
        Assert.Contains(
            "no answer to asking for the status of 1048576 bytes", Assert.Single(survey.Warnings),
            StringComparison.Ordinal);
        Close();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_is_cancelled_does_not_wait_for_ever(bool isBackup)
    {
        using var asked = new SemaphoreSlim(0);
        using var server = new ScriptedServer(Socket, _ =>
        {
            asked.Release();
            return [];
        });
        var device = Open(Impatient with
        {
            ReplyTime = TimeSpan.Zero,
            CancelTime = TimeSpan.FromMilliseconds(50),
            ReconnectTime = TimeSpan.FromDays(1),
        });
        using var harness = new PipelineHarness();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var work = isBackup
            ? PipelineHarness.BackupAsync(harness.Request(device), stop.Token)
            : Task.Run(async () => await device.ReadAsync(0, new byte[4096], stop.Token), Cancelled);
        await asked.WaitAsync(Cancelled);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => work);
        Close();
    }

    [Fact]
    public void A_handshake_without_an_end_is_an_error()
    {
        using var listener = new System.Net.Sockets.Socket(
            System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream,
            System.Net.Sockets.ProtocolType.Unspecified);
        listener.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(Socket));
        listener.Listen();
        var error = Assert.Throws<DeviceException>(
            () => Open(Impatient with { ConnectTime = TimeSpan.FromMilliseconds(200) }));
        Assert.Matches("does not go on with the handshake|no connection within", error.Message);
    }

    private static byte[] Whole(RequestHeader request) => Chunk(
        request, false, ReplyType.OffsetData, Data(
            request.OffsetBytes, Content.AsSpan((int)request.OffsetBytes, (int)request.LengthBytes).ToArray()));
}
