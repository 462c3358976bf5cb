using System.Diagnostics;
using System.Runtime.InteropServices;
using BackupEngine.DataPlane.Errors;
using BackupEngine.DataPlane.Tests.Devices;

namespace BackupEngine.DataPlane.Tests.CommandLine;

/// <summary>Bad input and bad luck: a clear error, the documented exit code, and nothing changed.</summary>
public sealed partial class CommandLineErrorTests : IDisposable
{
    private const int VolumeBytes = 3 << 20;
    private const int SigTerm = 15;
    private const int SigKill = 9;
    private readonly CommandLineFixture _cli = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _cli.Dispose();

    [Theory]
    [InlineData("100")]
    [InlineData("48KiB")]
    [InlineData("8MiB")]
    [InlineData("1KiB")]
    [InlineData("64KB")]
    [InlineData("-1")]
    public void A_wrong_chunk_size_creates_nothing(string size)
    {
        CommandLineFixture.Fails(ExitCode.Usage, "init", "--repository", _cli.Repository, "--chunk-size", size);
        Assert.False(Path.Exists(_cli.Repository));
    }

    [Fact]
    public void A_repository_is_not_created_over_another()
    {
        _cli.CreateRepository();
        var before = _cli.RepositoryFiles().ToArray();
        CommandLineFixture.Fails(ExitCode.Repository, "init", "--repository", _cli.Repository);
        Assert.Equal(before, _cli.RepositoryFiles());
    }

    [Theory]
    [InlineData("backup")]
    [InlineData("nonsense")]
    [InlineData("list", "--repository", "x", "--unknown")]
    [InlineData("backup", "--repository", "x", "--source", "y", "--volume-id", "v", "--lanes", "many")]
    [InlineData("backup", "--repository", "x", "--source", "y", "--volume-id", "v", "--lanes", "0")]
    [InlineData("backup", "--repository", "x", "--source", "y", "--volume-id", "v", "--compression", "zip")]
    [InlineData("backup", "--repository", "x", "--source", "y", "--volume-id", "v", "--direct", "perhaps")]
    [InlineData("backup", "--repository", "x", "--source", "y", "--volume-id", "v", "--io-size", "1000")]
    [InlineData("backup", "--repository", "x", "--source", "y", "--volume-id", "v", "--backup-id", "../x")]
    [InlineData("backup", "--repository", "x", "--source", "y", "--volume-id", "v", "--changed-blocks", "z")]
    [InlineData("show", "--repository", "x", "--backup", "a/b")]
    public void Arguments_that_cannot_be_understood_are_a_mistake_of_the_user(params string[] arguments) =>
        CommandLineFixture.Fails(ExitCode.Usage, arguments);

    [Fact]
    public void No_such_device_is_said_and_nothing_is_published()
    {
        _cli.CreateRepository();
        var before = _cli.RepositoryFiles().ToArray();
        var message = Backup(ExitCode.Device, "/dev/no-such-device");
        Assert.Contains("/dev/no-such-device", message, StringComparison.Ordinal);
        Assert.Equal(before, _cli.RepositoryFiles());
    }

    [Theory]
    [InlineData("/dev/null")]
    [InlineData("/tmp")]
    public void What_is_no_volume_is_refused(string path)
    {
        _cli.CreateRepository();
        Backup(ExitCode.Device, path);
    }

    [Fact]
    public void An_empty_file_is_refused_as_a_source()
    {
        _cli.CreateRepository();
        Backup(ExitCode.Device, _cli.Folder.CreateFile("empty", 0));
    }

    [Fact]
    public void A_directory_that_is_no_repository_is_refused() =>
        CommandLineFixture.Fails(ExitCode.Repository, "list", "--repository", _cli.Folder.Path);

    [Fact]
    public void A_repository_of_another_format_version_is_refused_untouched()
    {
        _cli.CreateRepository();
        var config = Path.Combine(_cli.Repository, "config");
        const string Version = "\"minimum_reader_version\": 1";
        var text = File.ReadAllText(config);
        Assert.Contains(Version, text, StringComparison.Ordinal);
        File.SetUnixFileMode(config, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.WriteAllText(config, text.Replace(Version, Version + "999", StringComparison.Ordinal));
        var before = _cli.RepositoryFiles().ToArray();
        var message = Backup(ExitCode.Repository, _cli.CreateVolume(VolumeBytes));
        Assert.Contains("version", message, StringComparison.Ordinal);
        CommandLineFixture.Fails(ExitCode.Repository, "list", "--repository", _cli.Repository);
        Assert.Equal(before, _cli.RepositoryFiles());
    }

    [Fact]
    public void A_smaller_target_is_refused_untouched()
    {
        BackUp("a");
        var target = _cli.CreateVolume(VolumeBytes - 1, seed: 2, name: "target");
        var before = File.ReadAllBytes(target);
        var message = Restore(ExitCode.Device, "a", target);
        Assert.Contains("Nothing was written", message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(target));
    }

    [Fact]
    public void A_backup_that_is_not_there_creates_no_target()
    {
        _cli.CreateRepository();
        Restore(ExitCode.Backup, "none", _cli.Folder.File("target"));
        Assert.False(File.Exists(_cli.Folder.File("target")));
        CommandLineFixture.Fails(ExitCode.Backup, "show", "--repository", _cli.Repository, "--backup", "none");
        CommandLineFixture.Fails(ExitCode.Backup, "delete", "--repository", _cli.Repository, "--backup", "none");
        CommandLineFixture.Fails(ExitCode.Backup, "diff", "--repository", _cli.Repository, "none", "none");
    }

    [Fact]
    public void A_backup_id_that_is_taken_is_refused()
    {
        BackUp("a");
        Backup(ExitCode.Backup, _cli.Folder.File("volume"), "--backup-id", "a");
    }

    [Fact]
    public void Parents_that_do_not_fit_are_refused()
    {
        BackUp("a");
        var volume = _cli.Folder.File("volume");
        Backup(ExitCode.Backup, volume, "--parent", "none");
        string[] ofOther = ["backup", "--repository", _cli.Repository, "--source", volume, "--volume-id", "other"];
        CommandLineFixture.Fails(ExitCode.Usage, [.. ofOther, "--parent", "a"]);
        CommandLineFixture.Fails(ExitCode.Backup, [.. ofOther, "--parent", "latest"]);
    }

    [Fact]
    public void Changed_blocks_that_reach_beyond_the_volume_are_refused()
    {
        BackUp("a");
        var blocks = _cli.Folder.File("blocks");
        File.WriteAllText(blocks, $$"""[{"offset": {{VolumeBytes}}, "length": 1}]""");
        var message = Backup(
            ExitCode.Usage, _cli.Folder.File("volume"), "--parent", "a", "--changed-blocks", blocks);
        Assert.Contains("beyond", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_damaged_pack_nothing_is_restored()
    {
        BackUp("a");
        var pack = Directory.GetFiles(_cli.Repository, "*", SearchOption.AllDirectories)
            .MaxBy(path => new FileInfo(path).Length)!;
        var bytes = File.ReadAllBytes(pack);
        bytes[bytes.Length / 2] ^= 1;
        File.SetUnixFileMode(pack, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.WriteAllBytes(pack, bytes);
        var message = Restore(ExitCode.CorruptData, "a", _cli.Folder.File("target"));
        Assert.Contains(Path.GetFileName(pack), message, StringComparison.Ordinal);
        Assert.False(File.Exists(_cli.Folder.File("target")));
    }

    [Fact]
    public void A_full_disk_fails_the_backup_and_keeps_what_was_there()
    {
        Assert.SkipUnless(Shell.IsRoot, "needs root: mounts a small file system");
        using var disk = new MountPoint(_cli.Repository, "-t", "tmpfs", "-o", "size=6M", "tmpfs");
        var repository = Path.Combine(disk.Path, "r");
        Shell.Run(CommandLineFixture.Program, "init", "--repository", repository);
        var small = _cli.CreateVolume(1 << 20);
        string[] backup = ["backup", "--repository", repository, "--volume-id", "v", "--source"];
        CommandLineFixture.Json([.. backup, small, "--backup-id", "a"]);
        var message = CommandLineFixture.Fails(ExitCode.NoSpace, [.. backup, _cli.CreateVolume(20 << 20, 2, "large")]);
        Assert.Contains("space", message, StringComparison.OrdinalIgnoreCase);
        var target = _cli.Folder.File("target");
        CommandLineFixture.Json("restore", "--repository", repository, "--backup", "a", "--target", target);
        Assert.Equal(File.ReadAllBytes(small), File.ReadAllBytes(target));
        CommandLineFixture.Json([.. backup, small, "--backup-id", "b"]);
    }

    [Fact]
    public void A_full_target_fails_the_restore_and_leaves_no_file()
    {
        Assert.SkipUnless(Shell.IsRoot, "needs root: mounts a small file system");
        BackUp("a");
        using var disk = new MountPoint(_cli.Folder.File("small"), "-t", "tmpfs", "-o", "size=1M", "tmpfs");
        var target = Path.Combine(disk.Path, "target");
        Restore(ExitCode.NoSpace, "a", target);
        Assert.False(File.Exists(target));
    }

    [Fact]
    public async Task Sigterm_ends_a_backup_cleanly()
    {
        _cli.CreateRepository();
        Assert.Equal((int)ExitCode.Cancelled, await EndSlowBackupAsync(_cli.CreateVolume(VolumeBytes), SigTerm));
        var stats = CommandLineFixture.Json("stats", "--repository", _cli.Repository).GetProperty("statistics");
        Assert.Equal(0, stats.GetProperty("backups").GetInt64());
        Assert.Equal(0, stats.GetProperty("sessions").GetInt64());
    }

    [Fact]
    public async Task After_a_kill_the_repository_is_intact_and_the_next_backup_succeeds()
    {
        BackUp("a");
        var volume = _cli.Folder.File("volume");
        Assert.NotEqual(0, await EndSlowBackupAsync(volume, SigKill));
        _cli.Backup(volume, "--backup-id", "b", "--parent", "a");
        var target = _cli.Folder.File("target");
        CommandLineFixture.Json("restore", "--repository", _cli.Repository, "--backup", "b", "--target", target);
        Assert.Equal(File.ReadAllBytes(volume), File.ReadAllBytes(target));
        var stats = CommandLineFixture.Json("stats", "--repository", _cli.Repository).GetProperty("statistics");
        Assert.Equal(2, stats.GetProperty("backups").GetInt64());
        Assert.Equal(0, stats.GetProperty("sessions").GetInt64());
    }

    /// <summary>Starts a backup that takes for ever, and ends it in its middle.</summary>
    private async Task<int> EndSlowBackupAsync(string volume, int signal)
    {
        using var process = CommandLineFixture.Start(
            "backup", "--repository", _cli.Repository, "--source", volume, "--volume-id", "v", "--rate-limit", "1000",
            "--io-size", "64KiB", "--verbose");
        await WaitForLineAsync(process, "lanes");
        Assert.Equal(0, Kill(process.Id, signal));
        await process.WaitForExitAsync(Cancel).WaitAsync(TimeSpan.FromSeconds(60), Cancel);
        return process.ExitCode;
    }

    private static async Task WaitForLineAsync(Process process, string part)
    {
        while (await process.StandardError.ReadLineAsync(Cancel) is { } line)
        {
            if (line.Contains(part, StringComparison.Ordinal))
            {
                return;
            }
        }

        Assert.Fail($"the program ended without saying '{part}'");
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int processId, int signal);

    private void BackUp(string id)
    {
        _cli.CreateRepository();
        _cli.Backup(_cli.CreateVolume(VolumeBytes), "--backup-id", id);
    }

    private string Backup(ExitCode expected, string source, params string[] options) => CommandLineFixture.Fails(
        expected, ["backup", "--repository", _cli.Repository, "--source", source, "--volume-id", "v", .. options]);

    private string Restore(ExitCode expected, string backup, string target) => CommandLineFixture.Fails(
        expected, "restore", "--repository", _cli.Repository, "--backup", backup, "--target", target);
}
