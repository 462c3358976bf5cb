using System.Text.Json;
using BackupEngine.DataPlane.Errors;
using BackupEngine.DataPlane.Tests.Devices;

namespace BackupEngine.DataPlane.Tests.CommandLine;

/// <summary>`restore` from a damaged repository: harmed but finished, and stopped.</summary>
public sealed class DamagedRestoreTests : IDisposable
{
    private const int Chunk = 64 * 1024;
    private const int VolumeBytes = 32 * Chunk;

    private readonly CommandLineFixture _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public void What_can_be_restored_is_and_the_exit_code_says_that_something_is_missing()
    {
        _cli.CreateRepository();
        var source = _cli.CreateVolume(VolumeBytes);
        _cli.Backup(source, "--backup-id", "b");
        Damage();
        var target = _cli.Folder.File("target");
        string[] restore = ["restore", "--repository", _cli.Repository, "--backup", "b", "--target", target];
        CommandLineFixture.Fails(ExitCode.CorruptData, restore);
        Assert.False(File.Exists(target));

        var (exitCode, output, _) = Shell.TryRun(CommandLineFixture.Program, [.. restore, "--keep-going", "--json"]);
        Assert.Equal((int)ExitCode.CorruptData, exitCode);
        var result = JsonDocument.Parse(output).RootElement;
        Assert.False(result.GetProperty("complete").GetBoolean());
        Assert.Equal(Chunk, result.GetProperty("harmed_bytes").GetInt64());
        var harmed = Assert.Single(result.GetProperty("harmed").EnumerateArray());
        var at = (int)harmed.GetProperty("offset").GetInt64();
        var expected = File.ReadAllBytes(source);
        expected.AsSpan(at, Chunk).Clear();
        Assert.True(File.ReadAllBytes(target).AsSpan().SequenceEqual(expected), "the target holds something else");
    }

    private void Damage()
    {
        var pack = Directory.GetFiles(Path.Combine(_cli.Repository, "packs"), "*", SearchOption.AllDirectories)
            .Single(path => new FileInfo(path).Length > 1 << 20);
        File.SetUnixFileMode(pack, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var bytes = File.ReadAllBytes(pack);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(pack, bytes);
    }
}
