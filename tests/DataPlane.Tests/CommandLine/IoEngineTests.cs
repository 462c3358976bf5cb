using System.Text.Json;
using BackupEngine.DataPlane.Errors;
using BackupEngine.DataPlane.Tests.Devices;

namespace BackupEngine.DataPlane.Tests.CommandLine;

public sealed class IoEngineTests : IDisposable
{
    private const int VolumeBytes = (5 << 20) + 777;

    private readonly CommandLineFixture _cli = new();
    private readonly string _volume;

    public IoEngineTests()
    {
        _cli.CreateRepository();
        _volume = _cli.CreateVolume(VolumeBytes);
    }

    public void Dispose() => _cli.Dispose();

    [Fact]
    public void Both_engines_back_up_and_restore_the_same()
    {
        var roots = new List<string>();
        foreach (var engine in new[] { "threads", "io_uring" })
        {
            var backup = _cli.Backup(_volume, "--io-engine", engine, "--queue-depth", "5", "--backup-id", engine);
            Assert.Equal(engine, backup.GetProperty("io_engine").GetString());
            Assert.Equal(5, backup.GetProperty("queue_depth").GetInt32());
            Assert.Empty(backup.GetProperty("warnings").EnumerateArray());
            var target = _cli.Folder.File("restored-" + engine);
            var restored = Restore(engine, target, engine);
            Assert.Equal(engine, restored.GetProperty("io_engine").GetString());
            Assert.Equal(File.ReadAllBytes(_volume), File.ReadAllBytes(target));
            var shown = CommandLineFixture.Json("show", "--repository", _cli.Repository, "--backup", engine);
            roots.Add(shown.GetProperty("root_id").GetString()!);
        }

        Assert.Equal(roots[0], roots[1]);
    }

    [Fact]
    public void A_block_device_is_read_by_the_engine_that_gains_and_the_depth_is_said()
    {
        LoopDevice.SkipUnlessPossible();
        using var folder = new TemporaryFolder();
        File.Copy(_volume, folder.File("volume"));
        using var loop = LoopDevice.Over(folder.File("volume"));
        var backup = _cli.Backup(loop.Path);
        Assert.True(backup.GetProperty("direct_io").GetBoolean());
        Assert.Equal("io_uring", backup.GetProperty("io_engine").GetString());
        Assert.InRange(backup.GetProperty("queue_depth").GetInt32(), 1, 64);
    }

    [Fact]
    public void Without_locked_memory_buffers_are_not_registered_and_that_is_said()
    {
        Assert.SkipUnless(Shell.IsRoot && Shell.Has("setpriv"), "needs root and setpriv: gives up CAP_IPC_LOCK");
        var (exitCode, output, errors) = Shell.TryRun(
            "setpriv",
            [
                "--bounding-set=-ipc_lock", "--inh-caps=-ipc_lock", "prlimit", "--memlock=65536:65536",
                CommandLineFixture.Program, "backup", "--repository", _cli.Repository, "--source", _volume,
                "--volume-id", "v", "--backup-id", "poor", "--io-engine", "io_uring", "--json",
            ]);
        Assert.True(exitCode == 0, errors);
        var backup = JsonDocument.Parse(output).RootElement;
        Assert.Equal("io_uring", backup.GetProperty("io_engine").GetString());
        Assert.Contains(
            backup.GetProperty("warnings").EnumerateArray(),
            warning => warning.GetString()!.Contains("RLIMIT_MEMLOCK", StringComparison.Ordinal));
        var target = _cli.Folder.File("restored");
        Restore("poor", target, "threads");
        Assert.Equal(File.ReadAllBytes(_volume), File.ReadAllBytes(target));
    }

    [Fact]
    public void An_engine_that_does_not_exist_is_refused()
    {
        var message = CommandLineFixture.Fails(
            ExitCode.Usage,
            "backup", "--repository", _cli.Repository, "--source", _volume, "--volume-id", "v", "--io-engine", "aio");
        Assert.Contains("io_uring", message, StringComparison.Ordinal);
    }

    private JsonElement Restore(string backup, string target, string engine) => CommandLineFixture.Json(
        "restore", "--repository", _cli.Repository, "--backup", backup, "--target", target, "--io-engine", engine);
}
