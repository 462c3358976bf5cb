using System.Text.Json;
using BackupEngine.DataPlane.Errors;
using BackupEngine.DataPlane.Tests.CommandLine;
using BackupEngine.DataPlane.Tests.Devices;
using BackupEngine.DataPlane.Tests.Keys;

namespace BackupEngine.DataPlane.Tests.Nbd.Server;

/// <summary>The real program, and the tools that others made: what they read is what was backed up.</summary>
public sealed class NbdServeCommandTests : IDisposable
{
    private const int VolumeBytes = (24 << 20) + 512;

    private readonly CommandLineFixture _cli = new();
    private readonly string _volume;

    public NbdServeCommandTests()
    {
        _cli.CreateRepository();
        _volume = _cli.CreateVolume(VolumeBytes);
    }

    private static bool HasTools =>
        Shell.Has("nbdinfo") && Shell.Has("nbdcopy") && Shell.Has("qemu-io");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _cli.Dispose();

    [Theory]
    [InlineData("socket")]
    [InlineData("listen")]
    public async Task Others_tools_see_the_volume(string way)
    {
        Assert.SkipUnless(HasTools, "nbdinfo, nbdcopy or qemu-io is not installed.");
        Backup("a");
        string[] where = way == "listen" ? ["--listen", "127.0.0.1:0"] : [];
        using var server = await NbdServeProcess.StartAsync(_cli.Repository, "a", _cli.Folder, where);
        Assert.Equal(VolumeBytes.ToString(), Shell.Run("nbdinfo", "--size", server.Uri));
        var map = JsonDocument.Parse(Shell.Run("nbdinfo", "--json", "--map", server.Uri)).RootElement;
        var holes = map.EnumerateArray().Where(extent => extent.GetProperty("type").GetInt32() == 3).ToList();
        Assert.Equal((6 << 20) - (64 << 10), Assert.Single(holes).GetProperty("length").GetInt64());
        var copy = _cli.Folder.File("copy");
        Shell.Run("nbdcopy", server.Uri, copy);
        Assert.Equal(await File.ReadAllBytesAsync(_volume, Cancel), await File.ReadAllBytesAsync(copy, Cancel));
        Shell.Run("nbdcopy", "--synchronous", "--connections=1", server.Uri, copy);
        Assert.Equal(await File.ReadAllBytesAsync(_volume, Cancel), await File.ReadAllBytesAsync(copy, Cancel));
        Assert.Equal(
            "Images are identical.",
            Shell.Run("qemu-img", "compare", "-f", "raw", "-F", "raw", _volume, server.Uri));
        Assert.Contains("0 reads met damage", await server.TerminateAsync(), StringComparison.Ordinal);
        Assert.False(File.Exists(_cli.Folder.File("nbd.sock")));
    }

    [Fact]
    public async Task What_a_tool_wrote_and_flushed_is_there_after_a_kill()
    {
        Assert.SkipUnless(HasTools, "nbdinfo, nbdcopy or qemu-io is not installed.");
        Backup("a");
        var overlay = _cli.Folder.File("overlay");
        var expected = await File.ReadAllBytesAsync(_volume, Cancel);
        var random = new Random(6);
        for (var round = 0; round < 3; round++)
        {
            using var server = await NbdServeProcess.StartAsync(
                _cli.Repository, "a", _cli.Folder, "--writable-overlay", overlay);
            await ComparedAsync(expected, server.Uri);
            var commands = new List<string>();
            for (var i = 0; i < 12; i++)
            {
                commands.Add("-c");
                commands.Add(WriteCommand(expected, random));
            }

            Shell.Run("qemu-io", ["-f", "raw", .. commands, "-c", "flush", server.Uri]);
            await server.KillAsync();
        }

        using var last = await NbdServeProcess.StartAsync(
            _cli.Repository, "a", _cli.Folder, "--writable-overlay", overlay);
        await ComparedAsync(expected, last.Uri);
        await last.TerminateAsync();
        using var clean = await NbdServeProcess.StartAsync(_cli.Repository, "a", _cli.Folder);
        Shell.Run("qemu-img", "compare", "-f", "raw", "-F", "raw", _volume, clean.Uri);
    }

    [Fact]
    public async Task An_encrypted_backup_is_served_and_its_overlay_is_said_not_to_be()
    {
        Assert.SkipUnless(HasTools, "nbdinfo, nbdcopy or qemu-io is not installed.");
        using var program = new KeyedProgram();
        program.Succeeds(["key", "generate", program.KeyFile]);
        program.Succeeds(program.On("init", "--encrypt", "--key-file", program.KeyFile));
        program.Succeeds(program.On(
            "backup", "--key-file", program.KeyFile, "--source", _volume, "--volume-id", "v", "--backup-id", "a"));
        using (var server = await NbdServeProcess.StartAsync(
            program.Repository, "a", _cli.Folder, "--key-file", program.KeyFile))
        {
            Assert.Empty(server.Serving.GetProperty("warnings").EnumerateArray());
            Shell.Run("qemu-img", "compare", "-f", "raw", "-F", "raw", _volume, server.Uri);
            await server.TerminateAsync();
        }

        using var writable = await NbdServeProcess.StartAsync(
            program.Repository, "a", _cli.Folder, "--key-file", program.KeyFile, "--writable-overlay",
            _cli.Folder.File("overlay"));
        var warning = Assert.Single(writable.Serving.GetProperty("warnings").EnumerateArray()).GetString();
        Assert.Contains("encrypted", warning, StringComparison.Ordinal);
        program.Fails(8, program.On("nbd-serve", "--backup", "a", "--socket", _cli.Folder.File("other.sock")));
    }

    [Fact]
    public async Task A_backup_that_is_deleted_and_collected_is_read_to_the_end_of_serving()
    {
        Assert.SkipUnless(HasTools, "nbdinfo, nbdcopy or qemu-io is not installed.");
        Backup("a");
        var copy = _cli.Folder.File("copy");
        using (var server = await NbdServeProcess.StartAsync(
            _cli.Repository, "a", _cli.Folder, "--cache-size", "256KiB"))
        {
            CommandLineFixture.Json("delete", "--repository", _cli.Repository, "--backup", "a");
            CommandLineFixture.Json("gc", "--repository", _cli.Repository);
            CommandLineFixture.Json("gc", "--repository", _cli.Repository);
            Shell.Run("nbdcopy", server.Uri, copy);
            Assert.Equal(await File.ReadAllBytesAsync(_volume, Cancel), await File.ReadAllBytesAsync(copy, Cancel));
            Assert.Contains("0 reads met damage", await server.TerminateAsync(), StringComparison.Ordinal);
        }

        CommandLineFixture.Json("gc", "--repository", _cli.Repository);
        var left = CommandLineFixture.Json("stats", "--repository", _cli.Repository).GetProperty("statistics");
        Assert.Equal(0, left.GetProperty("data_packs").GetInt64());
    }

    [Fact]
    public void What_cannot_be_served_is_refused_with_the_reason()
    {
        Backup("a");
        Backup("b");
        var socket = _cli.Folder.File("nbd.sock");
        string[] serve = ["nbd-serve", "--repository", _cli.Repository, "--backup"];
        CommandLineFixture.Fails(ExitCode.Backup, [.. serve, "none", "--socket", socket]);
        foreach (var (wrong, reason) in new (string[], string)[]
        {
            (["a"], "Exactly one of"),
            (["a", "--socket", socket, "--listen", "127.0.0.1:0"], "Exactly one of"),
            (["a", "--listen", "0.0.0.0:0"], "not a loopback address"),
            (["a", "--listen", "localhost"], "no address to listen on"),
            (["a", "--socket", socket, "--cache-size", "4KiB"], "too small"),
            (["a", "--socket", socket, "--max-connections", "0"], "from 1 to 1024"),
            (["a", "--socket", socket, "--writable-overlay", _volume], "no overlay"),
            (["a", "--socket", socket, "--tls-key", "x"], "--tls-certificate"),
            (["a", "--socket", socket, "--tls-key", "/none", "--tls-certificate", "/none"], "TLS"),
        })
        {
            Assert.Contains(
                reason, CommandLineFixture.Fails(ExitCode.Usage, [.. serve, .. wrong]), StringComparison.Ordinal);
        }
    }

    /// <summary>Random writing, and what the volume is afterwards.</summary>
    private static string WriteCommand(byte[] expected, Random random)
    {
        var length = 1 + random.Next(200_000);
        var offset = random.Next(expected.Length - length);
        var pattern = (byte)random.Next(1, 256);
        var isZero = random.Next(4) == 0;
        expected.AsSpan(offset, length).Fill(isZero ? (byte)0 : pattern);
        return isZero ? $"write -z {offset} {length}" : $"write -P {pattern} {offset} {length}";
    }

    private void Backup(string id) => _cli.Backup(_volume, "--backup-id", id);

    private async Task ComparedAsync(byte[] expected, string uri)
    {
        var image = _cli.Folder.File("expected");
        await File.WriteAllBytesAsync(image, expected, Cancel);
        Shell.Run("qemu-img", "compare", "-f", "raw", "-F", "raw", image, uri);
    }
}
