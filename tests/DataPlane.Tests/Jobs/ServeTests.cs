using System.Net.Sockets;
using BackupEngine.DataPlane.Protocol;
using BackupEngine.DataPlane.Tests.Devices;

namespace BackupEngine.DataPlane.Tests.Jobs;

/// <summary>The process and its socket.</summary>
public sealed class ServeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string SocketPath => _folder.File("dp.sock");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_client_learns_who_serves()
    {
        await using var server = await JobServerProcess.StartAsync(SocketPath);
        var info = await server.Client.GetInfoAsync(new GetInfoRequest(), cancellationToken: Cancelled);
        Assert.Equal(server.ProcessId, info.ProcessId);
        Assert.Contains(info.HashKernel, (string[])["Scalar", "Vector128", "Vector256", "Vector512"]);
        Assert.Contains(info.BufferPages, (string[])["hugetlb", "madvise", "small-pages"]);
        Assert.Matches(@"^\d+\.\d+\.\d+$", info.Version);
        Assert.Contains("buffers on " + info.BufferPages, server.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_the_owner_can_connect()
    {
        await using var server = await JobServerProcess.StartAsync(SocketPath);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(SocketPath));
    }

    [Fact]
    public async Task A_second_server_on_the_same_socket_is_refused_and_the_first_one_goes_on()
    {
        await using var server = await JobServerProcess.StartAsync(SocketPath);
        var (exitCode, errors) = JobServerProcess.StartRefused(SocketPath);
        Assert.Equal(2, exitCode);
        Assert.Contains("Another data plane serves on " + SocketPath, errors, StringComparison.Ordinal);
        await server.Client.GetInfoAsync(new GetInfoRequest(), cancellationToken: Cancelled);
    }

    [Fact]
    public async Task The_socket_of_a_server_that_was_killed_is_replaced()
    {
        await using (var killed = await JobServerProcess.StartAsync(SocketPath))
        {
            await killed.KillAsync();
        }

        Assert.True(File.Exists(SocketPath));
        await using var server = await JobServerProcess.StartAsync(SocketPath);
        var info = await server.Client.GetInfoAsync(new GetInfoRequest(), cancellationToken: Cancelled);
        Assert.Equal(server.ProcessId, info.ProcessId);
    }

    [Fact]
    public void A_file_in_the_place_of_the_socket_is_left_alone()
    {
        File.WriteAllText(SocketPath, "precious");
        var (exitCode, errors) = JobServerProcess.StartRefused(SocketPath);
        Assert.Equal(2, exitCode);
        Assert.Contains("is no socket of a data plane", errors, StringComparison.Ordinal);
        Assert.Equal("precious", File.ReadAllText(SocketPath));
    }

    [Fact]
    public void A_socket_that_another_program_listens_on_is_left_alone()
    {
        using var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        other.Bind(new UnixDomainSocketEndPoint(SocketPath));
        other.Listen();
        var (exitCode, errors) = JobServerProcess.StartRefused(SocketPath);
        Assert.Equal(2, exitCode);
        Assert.Contains("Another program serves on", errors, StringComparison.Ordinal);
        Assert.True(File.Exists(SocketPath));
    }

    [Fact]
    public void A_path_that_cannot_be_a_socket_is_refused()
    {
        var tooLong = JobServerProcess.StartRefused(_folder.File(new string('x', 120)));
        Assert.Contains("at most 107 bytes", tooLong.Errors, StringComparison.Ordinal);
        var nowhere = JobServerProcess.StartRefused(_folder.File("no/dp.sock"));
        Assert.Contains("does not exist", nowhere.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SIGTERM_ends_the_server_and_removes_the_socket()
    {
        await using var server = await JobServerProcess.StartAsync(SocketPath);
        await server.AttachAsync("a", _folder.CreateFile("volume", 1 << 20));
        Assert.Equal(0, await server.TerminateAsync());
        Assert.False(File.Exists(SocketPath));
        Assert.Contains("Detached a", server.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_was_told_so_ends_with_its_standard_input()
    {
        await using var server = await JobServerProcess.StartAsync(SocketPath, "--stop-at-end-of-input");
        Assert.Equal(0, await server.EndInputAsync());
        Assert.False(File.Exists(SocketPath));
    }

    [Fact]
    public async Task A_server_outlives_its_standard_input_otherwise()
    {
        await using var server = await JobServerProcess.StartAsync(SocketPath);
        var ended = server.EndInputAsync();
        await server.Client.GetInfoAsync(new GetInfoRequest(), cancellationToken: Cancelled);
        Assert.False(ended.IsCompleted);
        await server.TerminateAsync();
        await ended;
    }

    [Fact]
    public async Task The_log_has_one_line_for_each_event()
    {
        await using var server = await JobServerProcess.StartAsync(SocketPath);
        await server.AttachAsync("a", _folder.CreateFile("volume", 1 << 20));
        await server.TerminateAsync();
        Assert.All(
            server.Log.Split('\n'), line => Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \w{4}: ", line));
    }
}
