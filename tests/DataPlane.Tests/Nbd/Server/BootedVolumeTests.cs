using BackupEngine.DataPlane.Tests.CommandLine;
using BackupEngine.DataPlane.Tests.Devices;
using BackupEngine.DataPlane.Tests.Nbd.Server.Guest;

namespace BackupEngine.DataPlane.Tests.Nbd.Server;

/// <summary>A machine boots from a backup, reads all of it, and writes to it where it may.</summary>
public sealed class BootedVolumeTests : IDisposable
{
    private const int VolumeBytes = 12 << 20;

    private readonly CommandLineFixture _cli = new();
    private readonly byte[] _volume;

    public BootedVolumeTests()
    {
        _volume = ServedVolumes.Content(new Random(9), VolumeBytes, 64 * 1024);
        BootSector.Install(_volume);
        _cli.CreateRepository();
        _cli.Backup(_cli.Folder.CreateFile("machine", VolumeBytes, _volume), "--backup-id", "a");
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task It_reads_what_was_backed_up_and_cannot_write()
    {
        SkipWithoutMachine();
        using var server = await NbdServeProcess.StartAsync(_cli.Repository, "a", _cli.Folder);
        Assert.Equal($"sum {BootSector.Checksum(_volume):x8} refused", Boot(server.Uri, ",readonly=on"));
        Assert.Contains("0 reads met damage", await server.TerminateAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_an_overlay_it_writes_and_boots_again_from_what_it_wrote()
    {
        SkipWithoutMachine();
        string[] overlay = ["--writable-overlay", _cli.Folder.File("overlay")];
        for (var boot = 0; boot < 2; boot++)
        {
            using var server = await NbdServeProcess.StartAsync(_cli.Repository, "a", _cli.Folder, overlay);
            var sum = BootSector.Checksum(_volume);
            Assert.Equal($"sum {sum:x8} written", Boot(server.Uri, ""));
            BootSector.Apply(_volume);
            var copy = _cli.Folder.File("copy");
            Shell.Run("nbdcopy", server.Uri, copy);
            Assert.Equal(_volume, await File.ReadAllBytesAsync(copy, Cancel));
            await server.TerminateAsync();
        }
    }

    private static void SkipWithoutMachine() => Assert.SkipUnless(
        Shell.Has("qemu-system-x86_64") && Shell.Has("nbdcopy"), "qemu-system-x86 or libnbd-bin is not installed");

    /// <summary>Boots a machine without any hardware acceleration; gives what it told on its serial port.</summary>
    private static string Boot(string uri, string options)
    {
        // The program ends the machine with 0x10 on the port of isa-debug-exit, which makes this exit code of it.
        const int ExitCode = (0x10 << 1) | 1;
        var (code, told, errors) = Shell.TryRun(
            "qemu-system-x86_64", "-machine", "pc,accel=tcg", "-m", "32", "-nodefaults", "-display", "none",
            "-no-reboot", "-serial", "stdio", "-device", "isa-debug-exit,iobase=0xf4,iosize=4",
            "-drive", $"file={uri},format=raw,if=virtio{options}");
        Assert.True(code == ExitCode, $"{code}: {told} {errors}");
        return told.Trim();
    }
}
