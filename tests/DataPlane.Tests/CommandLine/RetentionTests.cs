using System.Text.Json;
using BackupEngine.DataPlane.Errors;
using BackupEngine.DataPlane.Tests.Devices;

namespace BackupEngine.DataPlane.Tests.CommandLine;

/// <summary>`protect`, `unprotect` and `prune` as a user types them.</summary>
public sealed class RetentionTests : IDisposable
{
    private readonly CommandLineFixture _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public void A_protected_backup_is_marked_and_neither_deleted_nor_pruned()
    {
        MakeBackups("a", "b", "c");
        string[] a = ["--repository", _cli.Repository, "--backup", "a"];
        Assert.Equal("protected", CommandLineFixture.Json(["protect", .. a]).GetProperty("hold").GetString());
        Assert.Contains("unprotect", CommandLineFixture.Fails(ExitCode.Protected, ["delete", .. a]));
        Assert.Equal("protected", CommandLineFixture.Json(["show", .. a]).GetProperty("hold").GetString());
        Assert.Contains("protected", Shell.Run(CommandLineFixture.Program, ["list", "--repository", _cli.Repository]));
        var pruned = Prune("--keep-last", "1");
        Assert.Equal(["a: protected", "c: last 1"], Kept(pruned));
        Assert.Equal(["b"], Removed(pruned));
        CommandLineFixture.Json(["unprotect", .. a]);
        Assert.Equal(["a"], Removed(Prune("--keep-last", "1")));
        Assert.Empty(Removed(Prune("--keep-last", "1")));
    }

    [Fact]
    public void A_dry_run_says_the_same_and_changes_nothing()
    {
        MakeBackups("a", "b");
        var before = _cli.RepositoryFiles().ToList();
        Assert.Equal(["a"], Removed(Prune("--keep-last", "1", "--dry-run")));
        Assert.Equal(before, _cli.RepositoryFiles());
        Assert.Equal(["a"], Removed(Prune("--keep-last", "1")));
        var text = Shell.Run(
            CommandLineFixture.Program, ["prune", "--repository", _cli.Repository, "--keep-within", "1y"]);
        Assert.Contains("within 1", text, StringComparison.Ordinal);
        Assert.Contains("1 kept, 0 removed", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData()]
    [InlineData("--keep-last", "0")]
    [InlineData("--keep-last", "-1")]
    [InlineData("--keep-within", "soon")]
    [InlineData("--keep-last", "1", "--timezone", "Nowhere/AtAll")]
    public void Rules_that_keep_nothing_or_say_nothing_are_refused(params string[] rules)
    {
        MakeBackups("a");
        var before = _cli.RepositoryFiles().ToList();
        CommandLineFixture.Fails(ExitCode.Usage, ["prune", "--repository", _cli.Repository, .. rules]);
        Assert.Equal(before, _cli.RepositoryFiles());
    }

    [Fact]
    public void A_volume_without_backups_is_an_error()
    {
        MakeBackups("a");
        CommandLineFixture.Fails(
            ExitCode.Backup, "prune", "--repository", _cli.Repository, "--keep-last", "1", "--volume", "other");
        var pruned = Prune("--keep-daily", "unlimited", "--keep-last", "1", "--volume", "v");
        Assert.Equal(["a: last 1, daily 1"], Kept(pruned));
    }

    private static IEnumerable<string> Kept(JsonElement pruned) =>
        from backup in pruned.GetProperty("kept").EnumerateArray()
        let reasons = backup.GetProperty("reasons").EnumerateArray().Select(reason => reason.GetString())
        select $"{backup.GetProperty("backup_id").GetString()}: {string.Join(", ", reasons)}";

    private static IEnumerable<string?> Removed(JsonElement pruned) =>
        pruned.GetProperty("removed").EnumerateArray().Select(backup => backup.GetProperty("backup_id").GetString());

    private JsonElement Prune(params string[] rules) =>
        CommandLineFixture.Json(["prune", "--repository", _cli.Repository, .. rules]);

    private void MakeBackups(params string[] ids)
    {
        var volume = _cli.CreateVolume(1 << 20);
        _cli.CreateRepository();
        foreach (var id in ids)
        {
            _cli.Backup(volume, "--backup-id", id);
        }
    }
}
