using System.Diagnostics;
using System.Globalization;
using BackupEngine.DataPlane.Tests.CommandLine;
using BackupEngine.DataPlane.Tests.Devices;

namespace BackupEngine.DataPlane.Tests.CrashSafety;

/// <summary>
/// The real program, killed at moments by chance: what it had reported is there, and the next one goes on.
/// </summary>
public sealed class KilledProcessTests : IDisposable
{
    private const int Seed = 11;
    private const int VolumeBytes = 6 << 20;
    private const int MaximumRecordBytes = 4096;

    private readonly CommandLineFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void A_backup_that_is_killed_harms_nothing()
    {
        var random = new Random(Seed);
        var repository = new CheckedRepository(_fixture.CreateRepository(), _fixture.Folder);
        var clock = Stopwatch.StartNew();
        repository.BackUp(_fixture.CreateVolume(VolumeBytes, seed: 0, "volume-0"), "b0");
        var usual = clock.ElapsedMilliseconds;
        var kills = 0;
        for (var round = 1; round <= 4 * CrashRounds.Times; round++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"b{round}");
            var source = _fixture.CreateVolume(VolumeBytes, round, $"volume-{round}");
            using var process = repository.Start(source, name);
            if (!process.WaitForExit((int)random.NextInt64(usual / 8, usual)))
            {
                process.Kill();
                kills++;
            }

            process.WaitForExit();
            repository.Ended(name, source, process.ExitCode == 0);
            repository.AssertWhole();
        }

        repository.BackUp(_fixture.CreateVolume(VolumeBytes, seed: 99, "volume-last"), "last");
        repository.AssertWhole();
        AssertCleanedUp();
        CrashRounds.Report($"killed backup processes: {kills} (seed {Seed})");
    }

    /// <summary>
    /// The next backup took away what killed sessions had left. One that was killed between its ticket and its record
    /// is known to nobody, so those two, of no size worth speaking of, stay until a collection a day later.
    /// </summary>
    private void AssertCleanedUp()
    {
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_fixture.Repository, "sessions")));
        Assert.All(
            Directory.EnumerateFiles(Path.Combine(_fixture.Repository, "tmp")),
            file => Assert.InRange(new FileInfo(file).Length, 0, MaximumRecordBytes));
    }
}
