using BackupEngine.DataPlane.Tests.CommandLine;
using BackupEngine.DataPlane.Tests.CrashSafety;
using BackupEngine.DataPlane.Tests.Devices;

namespace BackupEngine.DataPlane.Tests.Restore;

/// <summary>The real program, killed at moments by chance: the same command again ends with the volume.</summary>
public sealed class KilledRestoreTests : IDisposable
{
    private const int Seed = 21;
    private const int VolumeBytes = 24 << 20;

    private readonly CommandLineFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_restore_that_is_killed_goes_on(bool isBlockDevice)
    {
        if (isBlockDevice)
        {
            LoopDevice.SkipUnlessPossible();
        }

        _fixture.CreateRepository("--chunk-size", "4KiB");
        var source = _fixture.CreateVolume(VolumeBytes);
        _fixture.Backup(source, "--backup-id", "b");
        var random = new Random(Seed);
        var kills = 0;
        for (var round = 0; round < 2 * CrashRounds.Times; round++)
        {
            var file = _fixture.Folder.File("target");
            using var loop = isBlockDevice
                ? LoopDevice.Over(_fixture.Folder.CreateFile("target", VolumeBytes))
                : null;
            kills += RestoreWithKills(loop?.Path ?? file, random);
            Assert.True(
                File.ReadAllBytes(loop?.Path ?? file).AsSpan().SequenceEqual(File.ReadAllBytes(source)),
                "the target is not what the volume was");
            File.Delete(file);
        }

        CrashRounds.Report($"killed restore processes: {kills} (seed {Seed}, block device {isBlockDevice})");
    }

    private int RestoreWithKills(string target, Random random)
    {
        var resume = _fixture.Folder.File("resume");
        string[] command =
        [
            "restore", "--repository", _fixture.Repository, "--backup", "b", "--target", target,
            "--resume-file", resume,
        ];
        var kills = 0;
        for (var tries = random.Next(1, 4); tries > 0; tries--)
        {
            using var process = CommandLineFixture.Start([.. command, "--rate-limit", "32MiB"]);
            if (!process.WaitForExit(random.Next(200, 900)))
            {
                process.Kill();
                kills++;
            }

            process.WaitForExit();
        }

        CommandLineFixture.Json(command);
        Assert.False(File.Exists(resume), "the resume file of a complete restore is left");
        return kills;
    }
}
