using System.Text.Json;
using BackupEngine.DataPlane.Errors;
using BackupEngine.DataPlane.Tests.Devices;

namespace BackupEngine.DataPlane.Tests.CommandLine;

/// <summary>`copy` and `init --like` as a user types them.</summary>
public sealed class CopyTests : IDisposable
{
    private readonly CommandLineFixture _cli = new();

    private string Destination => _cli.Folder.File("destination");

    public void Dispose() => _cli.Dispose();

    [Theory]
    [InlineData("--like")]
    [InlineData("encrypted")]
    [InlineData("plain")]
    public void All_backups_are_copied_and_an_incremental_sends_what_changed(string kind)
    {
        var volume = MakeTwoBackups();
        var key = _cli.Folder.File("passphrase");
        File.WriteAllText(key, "correct horse battery staple");
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        string[] cheap = ["--argon2-memory", "8MiB", "--argon2-passes", "1"];
        CommandLineFixture.Json(["init", "--repository", Destination, .. kind switch
        {
            "--like" => (string[])["--like", _cli.Repository],
            "encrypted" => ["--encrypt", "--passphrase-file", key, .. cheap],
            _ => [],
        }]);
        string[] toKey = kind == "encrypted" ? ["--to-passphrase-file", key] : [];
        var copied = Copy(["--all", .. toKey]);
        Assert.Equal(2, copied.GetProperty("copied").GetInt32());
        Assert.Equal(1, copied.GetProperty("backups")[1].GetProperty("chunks_sent").GetInt64());
        Assert.Equal("a", copied.GetProperty("backups")[1].GetProperty("base_id").GetString());
        var again = Copy(["--volume", "v", .. toKey]);
        Assert.Equal(2, again.GetProperty("present").GetInt32());
        Assert.Equal(0, again.GetProperty("chunks_sent").GetInt64());

        string[] itsKey = kind == "encrypted" ? ["--passphrase-file", key] : [];
        var target = _cli.Folder.File("restored");
        CommandLineFixture.Json(
            ["restore", "--repository", Destination, "--backup", "b", "--target", target, .. itsKey]);
        Assert.Equal(File.ReadAllBytes(volume), File.ReadAllBytes(target));
        if (kind == "encrypted")
        {
            Back(itsKey);
        }
    }

    [Fact]
    public void What_is_not_said_or_not_there_is_refused()
    {
        MakeTwoBackups();
        CommandLineFixture.Json("init", "--repository", Destination, "--chunk-size", "128KiB");
        string[] copy = ["copy", "--repository", _cli.Repository, "--to", Destination];
        CommandLineFixture.Fails(ExitCode.Usage, copy);
        CommandLineFixture.Fails(ExitCode.Usage, [.. copy, "--all", "--volume", "v"]);
        CommandLineFixture.Fails(ExitCode.Backup, [.. copy, "--backup", "none"]);
        CommandLineFixture.Fails(ExitCode.Backup, [.. copy, "--volume", "none"]);
        Assert.Contains("chunks of 65536 bytes", CommandLineFixture.Fails(ExitCode.Repository, [.. copy, "--all"]));
    }

    /// <summary>From the encrypted copy to a repository that is not.</summary>
    private void Back(string[] itsKey)
    {
        var back = _cli.Folder.File("back");
        CommandLineFixture.Json("init", "--repository", back);
        var text = Shell.Run(
            CommandLineFixture.Program,
            ["copy", "--repository", Destination, "--to", back, "--backup", "a", "--backup", "b", .. itsKey]);
        Assert.Contains("on top of a", text, StringComparison.Ordinal);
        Assert.Contains("2 copied", text, StringComparison.Ordinal);
    }

    private JsonElement Copy(string[] options) =>
        CommandLineFixture.Json(["copy", "--repository", _cli.Repository, "--to", Destination, .. options]);

    private string MakeTwoBackups()
    {
        var volume = _cli.CreateVolume(3 << 20);
        _cli.CreateRepository();
        _cli.Backup(volume, "--backup-id", "a");
        using (var file = File.OpenWrite(volume))
        {
            file.WriteByte(0xAB);
        }

        _cli.Backup(volume, "--backup-id", "b", "--parent", "a");
        return volume;
    }
}
