using System.Text.Json;
using BackupEngine.DataPlane.Errors;
using BackupEngine.DataPlane.Tests.Devices;

namespace BackupEngine.DataPlane.Tests.CommandLine;

/// <summary>`verify` as a user types it.</summary>
public sealed class VerifyCommandTests : IDisposable
{
    private const int VolumeBytes = 2 << 20;

    private readonly CommandLineFixture _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public void What_is_good_is_said_to_be_good()
    {
        BackUp("a", "b");
        foreach (var (level, readsPacks) in ((string, bool)[])[("structure", false), ("packs", true), ("data", true)])
        {
            var report = Verify("--level", level);
            Assert.True(report.GetProperty("clean").GetBoolean());
            Assert.Equal(level, report.GetProperty("level").GetString());
            Assert.Equal(2, Number(report, "backups"));
            Assert.Equal(readsPacks ? Packs().Length : 0, Number(report, "packs_read"));
            Assert.Equal(readsPacks ? Packs().Sum(pack => pack.Length) : 0, Number(report, "bytes_read"));
        }

        var one = Verify("--level", "packs", "--backup", "a");
        Assert.Equal(1, Number(one, "backups"));
        Assert.InRange(Number(one, "packs_read"), 1, Packs().Length - 1);
        Assert.Contains("Everything that was looked at is good.", Run().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Night_by_night_every_pack_is_proven_and_the_status_says_so()
    {
        BackUp("a", "b");
        Assert.Equal(Packs().Length, Never("data"));
        var half = Verify("--level", "packs", "--percent", "50");
        Assert.Equal((Packs().Length + 1) / 2, Number(half, "packs_read"));
        Assert.Equal(Packs().Length / 2, Never("packs"));
        for (var left = Packs().Length; left > 0; left--)
        {
            var night = Verify("--level", "data", "--oldest-first", "--budget", "1B");
            Assert.Equal(1, Number(night, "packs_read"));
        }

        Assert.Equal(0, Never("data"));
        Assert.Equal(0, Never("packs"));
        var text = Shell.Run(CommandLineFixture.Program, ["verify", "--repository", _cli.Repository, "--status"]);
        Assert.Contains("oldest proof", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Damage_is_an_exit_code_is_listed_and_the_next_backup_heals_it()
    {
        var volume = BackUp("a");
        var pack = Packs().MaxBy(file => file.Length)!.FullName;
        var bytes = File.ReadAllBytes(pack);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(pack, bytes);

        var (exitCode, output, errors) = Run("--level", "packs", "--json");
        Assert.Equal((int)ExitCode.CorruptData, exitCode);
        Assert.Contains("Nothing was deleted", errors, StringComparison.Ordinal);
        var report = JsonDocument.Parse(output).RootElement;
        Assert.False(report.GetProperty("clean").GetBoolean());
        Assert.Equal((1, 0), (Number(report, "quarantined_records"), Number(report, "quarantined_packs")));
        Assert.Contains(
            report.GetProperty("faults").EnumerateArray(), fault => fault.GetProperty("file").GetString() == pack);
        AssertHarmed(Assert.Single(report.GetProperty("harmed").EnumerateArray()));
        AssertHarmed(Assert.Single(Status().GetProperty("harmed").EnumerateArray()));
        Assert.Equal(1, Number(Status(), "quarantined_records"));
        var words = Run("--level", "data").Output;
        Assert.Contains("HARMED     a of volume v", words, StringComparison.Ordinal);
        Assert.Contains("quarantine 1 records", words, StringComparison.Ordinal);
        CommandLineFixture.Fails(ExitCode.CorruptData, Restore("a"));

        _cli.Backup(volume, "--backup-id", "heals");
        Assert.True(Verify("--level", "data").GetProperty("clean").GetBoolean());
        Assert.Empty(Status().GetProperty("harmed").EnumerateArray());
        CommandLineFixture.Json(Restore("a"));
        Assert.Equal(File.ReadAllBytes(volume), File.ReadAllBytes(_cli.Folder.File("restored-a")));
    }

    [Fact]
    public void What_cannot_be_right_is_refused()
    {
        BackUp("a");
        Refused(ExitCode.Usage, "--percent", "0");
        Refused(ExitCode.Usage, "--percent", "101");
        Refused(ExitCode.Usage, "--level", "everything");
        Refused(ExitCode.Usage, "--budget", "much");
        Refused(ExitCode.Backup, "--backup", "none");
    }

    private static long Number(JsonElement element, string name) => element.GetProperty(name).GetInt64();

    private static void AssertHarmed(JsonElement backup)
    {
        Assert.Equal("a", backup.GetProperty("backup_id").GetString());
        Assert.Equal(64 << 10, Number(Assert.Single(backup.GetProperty("ranges").EnumerateArray()), "length_bytes"));
    }

    private void Refused(ExitCode expected, params string[] options) =>
        CommandLineFixture.Fails(expected, ["verify", "--repository", _cli.Repository, .. options]);

    private string[] Restore(string backup) =>
    [
        "restore", "--repository", _cli.Repository, "--backup", backup,
        "--target", _cli.Folder.File("restored-" + backup),
    ];

    /// <summary>A backup of each of some volumes; the last volume.</summary>
    private string BackUp(params string[] backups)
    {
        _cli.CreateRepository();
        var volume = "";
        foreach (var (seed, backup) in backups.Index())
        {
            volume = _cli.CreateVolume(VolumeBytes, seed + 1, "volume-" + backup);
            _cli.Backup(volume, "--backup-id", backup);
        }

        return volume;
    }

    private JsonElement Verify(params string[] options) =>
        CommandLineFixture.Json(["verify", "--repository", _cli.Repository, .. options]);

    private JsonElement Status() => Verify("--status");

    private long Never(string level) => Number(Status().GetProperty(level), "never_proven_packs");

    private (int ExitCode, string Output, string Errors) Run(params string[] options) =>
        Shell.TryRun(CommandLineFixture.Program, ["verify", "--repository", _cli.Repository, .. options]);

    private FileInfo[] Packs() =>
        [.. new DirectoryInfo(Path.Combine(_cli.Repository, "packs")).EnumerateFiles("*", SearchOption.AllDirectories)];
}
