using System.Text.Json;
using BackupEngine.DataPlane.Tests.Devices;

namespace BackupEngine.DataPlane.Tests.CommandLine;

public sealed class CommandLineTests : IDisposable
{
    private const int VolumeBytes = (3 << 20) + 777;
    private readonly CommandLineFixture _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public void A_volume_is_backed_up_changed_backed_up_again_and_restored()
    {
        var volume = _cli.CreateVolume(VolumeBytes);
        var created = CommandLineFixture.Json("init", "--repository", _cli.Repository, "--chunk-size", "64KiB");
        Assert.Equal(65536, created.GetProperty("chunk_size_bytes").GetInt32());
        var full = _cli.Backup(volume, "--backup-id", "full");
        Assert.Equal(VolumeBytes, full.GetProperty("volume_bytes").GetInt64());
        Assert.Equal(VolumeBytes, full.GetProperty("bytes_read").GetInt64());

        ChangeByte(volume, 1_000_000);
        var blocks = _cli.Folder.File("changed.json");
        File.WriteAllText(blocks, """[{"offset": 1000000, "length": 1}]""");
        var second = _cli.Backup(volume, "--backup-id", "second", "--parent", "latest", "--changed-blocks", blocks);
        Assert.Equal("used", second.GetProperty("changed_blocks").GetString());
        Assert.Equal("full", second.GetProperty("parent_id").GetString());
        Assert.Equal(1, second.GetProperty("chunks_new").GetInt64());

        var target = _cli.Folder.File("restored");
        var restored = Restore("second", target);
        Assert.Equal(VolumeBytes, Sum(restored, "bytes_written", "zero_bytes"));
        Assert.Equal(File.ReadAllBytes(volume), File.ReadAllBytes(target));
    }

    [Fact]
    public void The_json_of_backup_and_restore_has_the_documented_fields()
    {
        var volume = _cli.CreateVolume(VolumeBytes);
        _cli.CreateRepository();
        var backup = _cli.Backup(volume);
        string[] numbers =
        [
            "volume_bytes", "bytes_read", "zero_bytes", "bytes_unchanged", "chunks_new", "bytes_new", "bytes_stored",
            "metadata_bytes", "seconds", "cpu_seconds",
        ];
        Assert.All(numbers, name => Assert.Equal(JsonValueKind.Number, backup.GetProperty(name).ValueKind));
        Assert.NotEmpty(backup.GetProperty("backup_id").GetString()!);
        Assert.True(backup.GetProperty("direct_io").ValueKind is JsonValueKind.True or JsonValueKind.False);
        var stages = backup.GetProperty("stages");
        Assert.NotEmpty(stages.GetProperty("bottleneck").GetString()!);
        var rows = stages.GetProperty("table").EnumerateArray().ToList();
        Assert.Contains("zero_scan", rows.Select(row => row.GetProperty("stage").GetString()));
        Assert.Contains(rows, row => row.GetProperty("bytes").GetInt64() == VolumeBytes);
        var restore = Restore(backup.GetProperty("backup_id").GetString()!, _cli.Folder.File("restored"));
        string[] ofRestore = ["bytes_written", "zero_bytes", "seconds", "cpu_seconds"];
        Assert.All(ofRestore, name => Assert.Equal(JsonValueKind.Number, restore.GetProperty(name).ValueKind));
    }

    [Fact]
    public void Backups_are_listed_shown_compared_and_deleted()
    {
        var volume = _cli.CreateVolume(VolumeBytes);
        _cli.CreateRepository();
        _cli.Backup(volume, "--backup-id", "a");
        ChangeByte(volume, 0);
        _cli.Backup(volume, "--backup-id", "b", "--parent", "a");

        Assert.Equal(["a", "b"], Backups());
        var shown = CommandLineFixture.Json("show", "--repository", _cli.Repository, "--backup", "b");
        Assert.Equal("a", shown.GetProperty("parent_id").GetString());
        var diff = CommandLineFixture.Json("diff", "--repository", _cli.Repository, "a", "b");
        Assert.Equal(65536, diff.GetProperty("bytes_different").GetInt64());
        Assert.Equal(0, Assert.Single(diff.GetProperty("extents").EnumerateArray()).GetProperty("offset").GetInt64());
        CommandLineFixture.Json("delete", "--repository", _cli.Repository, "--backup", "a");
        Assert.Equal(["b"], Backups());
        var stats = CommandLineFixture.Json("stats", "--repository", _cli.Repository).GetProperty("statistics");
        Assert.Equal(1, stats.GetProperty("backups").GetInt64());
        Assert.Equal(0, stats.GetProperty("sessions").GetInt64());
    }

    [Fact]
    public void For_people_every_command_prints_text()
    {
        var volume = _cli.CreateVolume(VolumeBytes);
        _cli.CreateRepository();
        string[] repository = ["--repository", _cli.Repository];
        string[] source = ["--source", volume, "--volume-id", "v", "--backup-id", "a"];
        string[] target = ["--target", _cli.Folder.File("target")];
        Assert.Contains("full", Text(["backup", .. repository, .. source]));
        string[] again = ["--source", volume, "--volume-id", "w", "--stats"];
        Assert.Contains("  bound by", Text(["backup", .. repository, .. again]));
        Assert.Contains("BACKUP", Text(["list", .. repository]));
        Assert.Contains("none: full", Text(["show", .. repository, "--backup", "a"]));
        Assert.Contains("differ in 0 extents", Text(["diff", .. repository, "a", "a"]));
        Assert.Contains("packs", Text(["stats", .. repository]));
        Assert.Contains("restored to", Text(["restore", .. repository, "--backup", "a", .. target]));
        Assert.Contains("deleted", Text(["delete", .. repository, "--backup", "a"]));
    }

    [Fact]
    public void On_a_terminal_a_bar_shows_the_progress()
    {
        Assert.SkipUnless(Shell.Has("script"), "needs script: a terminal to run in");
        var volume = _cli.CreateVolume(VolumeBytes);
        _cli.CreateRepository();
        var arguments = $"--repository {_cli.Repository} --source {volume} --volume-id v";
        var command = $"{CommandLineFixture.Program} backup {arguments}";
        var shown = Shell.Run("script", "--quiet", "--return", "--command", command, "/dev/null");
        Assert.Contains("100%", shown, StringComparison.Ordinal);
        Assert.Contains("full", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_tuning_flag_is_taken()
    {
        var volume = _cli.CreateVolume(VolumeBytes);
        _cli.CreateRepository("--chunk-size", "4096");
        var backup = _cli.Backup(
            volume, "--lanes", "3", "--io-size", "64KiB", "--queue-depth", "2", "--rate-limit", "1GiB",
            "--compression", "none", "--direct", "off");
        Assert.False(backup.GetProperty("direct_io").GetBoolean());
        Assert.Equal(3 * 3 * 65536, backup.GetProperty("buffer_bytes").GetInt64());
        var target = _cli.Folder.File("restored");
        var id = backup.GetProperty("backup_id").GetString()!;
        Restore(id, target, "--lanes", "1", "--io-size", "64KiB", "--direct", "off");
        Assert.Equal(File.ReadAllBytes(volume), File.ReadAllBytes(target));
    }

    [Fact]
    public void Onto_an_existing_file_that_is_larger_only_the_volume_is_written()
    {
        var volume = _cli.CreateVolume(VolumeBytes);
        _cli.CreateRepository();
        _cli.Backup(volume, "--backup-id", "a");
        var target = _cli.CreateVolume(VolumeBytes + 5000, seed: 2, name: "target");
        var behind = File.ReadAllBytes(target)[VolumeBytes..];
        Restore("a", target);
        Assert.Equal([.. File.ReadAllBytes(volume), .. behind], File.ReadAllBytes(target));
    }

    [Fact]
    public void A_new_target_is_sparse_where_the_volume_is_zero_and_only_its_owner_can_read_it()
    {
        var volume = _cli.CreateVolume(8 << 20);
        _cli.CreateRepository();
        _cli.Backup(volume, "--backup-id", "a");
        var target = _cli.Folder.File("restored");
        Restore("a", target);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(target));
        var allocated = long.Parse(Shell.Run("stat", "--format=%b", target), null) * 512;
        Assert.InRange(allocated, 1, 7 << 20);
    }

    private static string Text(string[] arguments) => Shell.Run(CommandLineFixture.Program, arguments);

    private static long Sum(JsonElement json, params string[] names) =>
        names.Sum(name => json.GetProperty(name).GetInt64());

    private static void ChangeByte(string path, long offset)
    {
        using var file = File.OpenWrite(path);
        file.Position = offset;
        file.WriteByte(0xAB);
    }

    private JsonElement Restore(string backup, string target, params string[] options) => CommandLineFixture.Json(
        ["restore", "--repository", _cli.Repository, "--backup", backup, "--target", target, .. options]);

    private string[] Backups() =>
    [
        .. CommandLineFixture.Json("list", "--repository", _cli.Repository).GetProperty("backups").EnumerateArray()
            .Select(backup => backup.GetProperty("backup_id").GetString()!),
    ];
}
