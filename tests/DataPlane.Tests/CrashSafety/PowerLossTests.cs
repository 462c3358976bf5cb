using BackupEngine.DataPlane.Tests.CommandLine;
using BackupEngine.DataPlane.Tests.Devices;

namespace BackupEngine.DataPlane.Tests.CrashSafety;

/// <summary>
/// The disk below a real file system is cloned at moments by chance while backups are written to it: what a loss of
/// power at that moment leaves. Mounting the clone plays the journal back.
/// </summary>
public sealed class PowerLossTests : IDisposable
{
    private const int Seed = 12;
    private const int VolumeBytes = 6 << 20;

    private readonly CommandLineFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task What_a_clone_of_the_disk_holds_is_whole()
    {
        LoopDevice.SkipUnlessPossible();
        Assert.SkipUnless(Shell.Has("mkfs.xfs") && Shell.Has("mkfs.ext4"), "needs mkfs.xfs (clones) and mkfs.ext4");
        using var folder = new TemporaryFolder();
        Shell.Run("mkfs.xfs", "-q", folder.CreateFile("host", 640L << 20));
        using var host = new MountPoint(folder.File("clones"), "-o", "loop", folder.File("host"));
        var disk = Path.Combine(host.Path, "disk");
        await File.WriteAllBytesAsync(disk, [], TestContext.Current.CancellationToken);
        Shell.Run("truncate", "-s", "200M", disk);
        Shell.Run("mkfs.ext4", "-q", "-F", disk);
        List<(string Clone, IReadOnlyList<string> Published)> clones;
        CheckedRepository repository;
        using (var mount = new MountPoint(folder.File("mount"), "-o", "loop", disk))
        {
            repository = new CheckedRepository(Path.Combine(mount.Path, "repository"), folder);
            Shell.Run(CommandLineFixture.Program, "init", "--repository", Path.Combine(mount.Path, "repository"));
            repository.BackUp(_fixture.CreateVolume(VolumeBytes, seed: 0, "volume-0"), "b0");
            clones = await CloneWhileBackingUpAsync(repository, disk);
        }

        foreach (var (clone, published) in clones)
        {
            using var mount = new MountPoint(folder.File("mounted-clone"), "-o", "loop", clone);
            var after = repository.In(Path.Combine(mount.Path, "repository"), published);
            after.AssertWhole();
            after.BackUp(_fixture.Folder.File("volume-0"), "next");
            after.AssertWhole();
        }

        CrashRounds.Report($"clones of a disk under a running backup: {clones.Count} (seed {Seed})");
    }

    private async Task<List<(string Clone, IReadOnlyList<string> Published)>> CloneWhileBackingUpAsync(
        CheckedRepository repository, string disk)
    {
        var random = new Random(Seed);
        var clones = new List<(string, IReadOnlyList<string>)>();
        for (var round = 1; round <= 2 * CrashRounds.Times; round++)
        {
            var source = _fixture.CreateVolume(VolumeBytes, round, $"volume-{round}");
            using var process = repository.Start(source, $"b{round}");
            var isRunning = true;
            while (isRunning && clones.Count < 2 * round)
            {
                isRunning = !process.WaitForExit(random.Next(50, 600));
                var published = repository.Published;
                var clone = $"{disk}-{clones.Count}";
                Shell.Run("cp", "--reflink=always", disk, clone);
                clones.Add((clone, published));
            }

            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, process.ExitCode);
            repository.Ended($"b{round}", source, isPublished: true);
        }

        return clones;
    }
}
