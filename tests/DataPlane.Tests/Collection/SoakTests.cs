using System.Diagnostics;
using System.Globalization;
using BackupEngine.DataPlane.Errors;
using BackupEngine.DataPlane.Tests.CommandLine;

namespace BackupEngine.DataPlane.Tests.Collection;

/// <summary>
/// Processes against each other: four back up, restore and delete, two collect, and any of them but a restore may be
/// killed at any time. Volumes share chunks. Every backup that was published and not deleted restores to its volume.
/// </summary>
/// <remarks>
/// BACKUPENGINE_SOAK_SECONDS is the number of seconds that it goes on; without it, a few rounds, BACKUPENGINE_LONG
/// times as many.
/// </remarks>
public sealed class SoakTests(ITestOutputHelper output) : IDisposable
{
    private const int Writers = 4;
    private const int ChunkBytes = 4096;
    private const int Chunks = 256;
    private const int Alphabet = 400;
    private const int ShortRounds = 2;

    private static readonly int Seconds = Setting("BACKUPENGINE_SOAK_SECONDS");
    private static readonly int Rounds = ShortRounds * Math.Max(1, Setting("BACKUPENGINE_LONG"));

    private readonly CommandLineFixture _fixture = new();
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly byte[] _alphabet = new byte[Alphabet * ChunkBytes];
    private int _backups;
    private int _restores;
    private int _collections;
    private int _kills;

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task Whoever_is_killed_nothing_is_lost()
    {
        var seed = Environment.TickCount & 0xFFFF;
        new Random(1).NextBytes(_alphabet);
        _fixture.CreateRepository("--chunk-size", "4KiB");
        using var stop = new CancellationTokenSource();
        var collectors = Enumerable.Range(0, 2)
            .Select(number => Task.Run(() => CollectAsync(number, new Random(seed + 100 + number), stop.Token)))
            .ToList();
        try
        {
            await Task.WhenAll(Enumerable.Range(0, Writers)
                .Select(number => Task.Run(() => WriteAsync(number, new Random(seed + number)))));
        }
        finally
        {
            await stop.CancelAsync();
        }

        await Task.WhenAll(collectors);
        output.WriteLine(
            $"seed {seed}: {_backups} backups, {_restores} restores, {_collections} collections, {_kills} kills");
        CommandLineFixture.Json("gc", "--repository", _fixture.Repository, "--fence-after", "0s");
        CommandLineFixture.Json("verify", "--repository", _fixture.Repository, "--level", "data");
    }

    private static int Setting(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : 0;

    private bool IsTime(int round) => Seconds > 0 ? _watch.Elapsed.TotalSeconds < Seconds : round < Rounds;

    private async Task CollectAsync(int number, Random random, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var fence = number == 0 ? "10m" : "1s";
            var threshold = random.Next(80).ToString(CultureInfo.InvariantCulture);
            var (code, errors) = await RunAsync(
                random, "gc", "--repository", _fixture.Repository, "--fence-after", fence, "--threshold", threshold);
            Assert.True(code is 0 or null, errors);
            _ = Interlocked.Increment(ref _collections);
        }
    }

    private async Task WriteAsync(int number, Random random)
    {
        var own = new Dictionary<string, byte[]>();
        for (var round = 0; IsTime(round); round++)
        {
            var volume = Volume(random);
            var path = _fixture.Folder.File($"volume-{number}");
            await File.WriteAllBytesAsync(path, volume);
            var id = $"w{number}-{round}";
            string[] parent = own.Count > 0 && random.Next(2) == 0 ? ["--parent", Any(own, random)] : [];
            var (backup, text) = await RunAsync(
                random,
                [
                    "backup", "--repository", _fixture.Repository, "--source", path,
                    "--volume-id", $"volume-{number}", "--backup-id", id, .. parent,
                ]);

            // Ended by a collector, or the parent was never published.
            Assert.True(backup is null or 0 or (int)ExitCode.Repository or (int)ExitCode.Backup, text);
            own.Add(id, volume);
            _ = Interlocked.Increment(ref _backups);
            await RestoreAsync(number, own, Any(own, random));
            await RestoreAsync(number, own, id);
            while (own.Count > 0 && random.Next(5) > 1)
            {
                var victim = Any(own, random);
                var (code, errors) = await RunAsync(
                    random, "delete", "--repository", _fixture.Repository, "--backup", victim);
                Assert.True(code is null or 0 or (int)ExitCode.Backup, errors);
                own.Remove(victim);
            }
        }

        foreach (var id in own.Keys.ToList())
        {
            await RestoreAsync(number, own, id);
        }
    }

    /// <summary>One that is not there was never published; it is forgotten then.</summary>
    private async Task RestoreAsync(int number, Dictionary<string, byte[]> own, string id)
    {
        if (!own.TryGetValue(id, out var volume))
        {
            return;
        }

        var target = _fixture.Folder.File($"target-{number}");
        await File.WriteAllBytesAsync(target, new byte[volume.Length]);
        var (code, errors) = await RunAsync(
            random: null, "restore", "--repository", _fixture.Repository, "--backup", id, "--target", target);
        if (code == (int)ExitCode.Backup)
        {
            own.Remove(id);
            return;
        }

        Assert.True(code == 0, errors);
        Assert.True((await File.ReadAllBytesAsync(target)).AsSpan().SequenceEqual(volume), $"{id} is not its volume");
        _ = Interlocked.Increment(ref _restores);
    }

    /// <summary>Runs the program, and kills it now and then.</summary>
    /// <returns>Its exit code, null where it was killed; and what it said.</returns>
    private async Task<(int? ExitCode, string Errors)> RunAsync(Random? random, params string[] arguments)
    {
        var fate = random?.Next(3) == 0 ? random.Next(100, 900) : Timeout.Infinite;
        using var process = CommandLineFixture.Start(arguments);
        var errors = process.StandardError.ReadToEndAsync();
        var text = process.StandardOutput.ReadToEndAsync();
        var ended = process.WaitForExitAsync();
        if (fate != Timeout.Infinite && await Task.WhenAny(ended, Task.Delay(fate)) != ended)
        {
            process.Kill();
            await ended;
            _ = Interlocked.Increment(ref _kills);
            return (null, "killed");
        }

        await ended;
        return (process.ExitCode, await errors + await text);
    }

    private static string Any(Dictionary<string, byte[]> own, Random random) =>
        own.Keys.ElementAt(random.Next(own.Count));

    private byte[] Volume(Random random) =>
        [.. Enumerable.Range(0, Chunks).SelectMany(_ => Letter(random.Next(Alphabet)))];

    private byte[] Letter(int number) => _alphabet.AsSpan(number * ChunkBytes, ChunkBytes).ToArray();
}
