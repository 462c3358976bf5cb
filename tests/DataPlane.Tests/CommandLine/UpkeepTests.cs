using System.Text.Json;
using BackupEngine.DataPlane.Errors;
using BackupEngine.DataPlane.Tests.Devices;

namespace BackupEngine.DataPlane.Tests.CommandLine;

/// <summary>`gc --dry-run`, `index merge` and `rebuild-index` as a user types them.</summary>
public sealed class UpkeepTests : IDisposable
{
    private readonly CommandLineFixture _cli = new();

    private string Copy => _cli.Folder.File("copy");

    public void Dispose() => _cli.Dispose();

    [Fact]
    public void A_dry_run_says_what_a_collection_would_do_and_changes_nothing()
    {
        BackUp("stays", "goes");
        CommandLineFixture.Json("delete", "--repository", _cli.Repository, "--backup", "goes");
        var before = _cli.RepositoryFiles().ToList();
        var dry = Gc("--dry-run");
        Assert.Equal(before, _cli.RepositoryFiles());
        Assert.True(dry.GetProperty("dry_run").GetBoolean());
        Assert.Equal(JsonValueKind.Null, dry.GetProperty("index_merge").ValueKind);
        Assert.InRange(dry.GetProperty("deleted_packs").GetInt64(), 1, long.MaxValue);
        Assert.Contains(
            "Would delete",
            Shell.Run(CommandLineFixture.Program, ["gc", "--repository", _cli.Repository, "--dry-run"]),
            StringComparison.Ordinal);

        var done = Gc();
        string[] same = ["backups", "packs", "pack_bytes", "live_bytes", "deleted_packs", "deleted_bytes"];
        foreach (var name in same)
        {
            Assert.Equal(dry.GetProperty(name).GetInt64(), done.GetProperty(name).GetInt64());
        }

        Assert.Equal(1, done.GetProperty("index_merge").GetProperty("segments_after").GetInt64());
        Assert.Equal(0, Gc("--dry-run").GetProperty("deleted_packs").GetInt64());
        CommandLineFixture.Json("verify", "--repository", _cli.Repository, "--level", "data");
        CommandLineFixture.Fails(ExitCode.Usage, "gc", "--repository", _cli.Repository, "--threshold", "101");
    }

    [Fact]
    public void Many_segments_become_one_and_nothing_else_changes()
    {
        // A copy has a segment for each backup; a backup merges them itself when there are too many.
        BackUp([.. Enumerable.Range(0, 8).Select(number => $"b{number}")]);
        CommandLineFixture.Json("init", "--repository", Copy);
        CommandLineFixture.Json("copy", "--repository", _cli.Repository, "--to", Copy, "--all");
        var packs = Files(Copy, "packs");
        Assert.Equal(8, Files(Copy, "index").Length);
        var report = CommandLineFixture.Json("index", "merge", "--repository", Copy);
        Assert.Equal(
            (8, 1, 1),
            (Number(report, "segments_before"), Number(report, "segments_after"), Number(report, "merges")));
        Assert.Single(Files(Copy, "index"));
        Assert.Equal(packs, Files(Copy, "packs"));
        CommandLineFixture.Json("verify", "--repository", Copy, "--level", "data");
        AssertRestores(Copy, "b3");
        Assert.Contains(
            "0 merges",
            Shell.Run(CommandLineFixture.Program, ["index", "merge", "--repository", Copy]),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_and_a_missing_segment_are_made_again_from_packs()
    {
        BackUp("a", "b", "c");
        var segments = Files(_cli.Repository, "index");
        File.Delete(segments[0]);
        var bytes = File.ReadAllBytes(segments[1]);
        bytes[5] ^= 1;
        File.WriteAllBytes(segments[1], bytes);
        string[] verify = ["verify", "--repository", _cli.Repository, "--level", "data", "--json"];
        var (exitCode, output, _) = Shell.TryRun(CommandLineFixture.Program, verify);
        Assert.Equal((int)ExitCode.CorruptData, exitCode);
        Assert.Contains("rebuild-index", output, StringComparison.Ordinal);

        var report = CommandLineFixture.Json("rebuild-index", "--repository", _cli.Repository);
        Assert.Equal(
            (1, 1), (Number(report, "good_segments"), report.GetProperty("set_aside").GetArrayLength()));
        Assert.True(File.Exists(segments[1] + ".damaged"));
        CommandLineFixture.Json(verify[..^1]);
        foreach (var backup in (string[])["a", "b", "c"])
        {
            AssertRestores(_cli.Repository, backup);
        }

        Assert.Contains(
            "0 new segments",
            Shell.Run(CommandLineFixture.Program, ["rebuild-index", "--repository", _cli.Repository]),
            StringComparison.Ordinal);
    }

    private static long Number(JsonElement element, string name) => element.GetProperty(name).GetInt64();

    private static string[] Files(string repository, string place) =>
    [
        .. Directory.GetFiles(Path.Combine(repository, place), "*", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal),
    ];

    private void BackUp(params string[] backups)
    {
        _cli.CreateRepository();
        foreach (var (seed, backup) in backups.Index())
        {
            _cli.Backup(_cli.CreateVolume(1 << 20, seed + 1, backup), "--backup-id", backup);
        }
    }

    private void AssertRestores(string repository, string backup)
    {
        var target = _cli.Folder.File($"restored-{backup}");
        CommandLineFixture.Json("restore", "--repository", repository, "--backup", backup, "--target", target);
        Assert.Equal(File.ReadAllBytes(_cli.Folder.File(backup)), File.ReadAllBytes(target));
    }

    private JsonElement Gc(params string[] options) =>
        CommandLineFixture.Json(["gc", "--repository", _cli.Repository, .. options]);
}
