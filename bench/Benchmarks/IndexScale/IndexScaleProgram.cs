using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Index;
using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Sessions;

namespace BackupEngine.Benchmarks.IndexScale;

/// <summary>
/// <c>index-scale DIRECTORY [CHUNKS [SEED]]</c>: makes a repository whose index knows so many chunks (100 million
/// unless told otherwise), measures opening, lookups and merging, and prints the lines of a table.
/// </summary>
internal static class IndexScaleProgram
{
    public const string Name = "index-scale";
    private const string Child = "look-up";
    private const int Samples = 1_000_000;
    private const long ChunksPerTiB = (1L << 40) / (64 * 1024);

    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is [_, Child, var existing])
        {
            LookupMeasurement.Run(existing);
            return 0;
        }

        if (arguments.Length is < 2 or > 4)
        {
            Console.Error.WriteLine("usage: index-scale DIRECTORY [CHUNKS [SEED]]");
            return 2;
        }

        var directory = Path.GetFullPath(arguments[1]);
        var chunks = arguments.Length > 2 ? long.Parse(arguments[2], CultureInfo.InvariantCulture) : 100_000_000;
        var seed = arguments.Length > 3 ? ulong.Parse(arguments[3], CultureInfo.InvariantCulture) : 1;
        try
        {
            Console.WriteLine("| what | figure |\n|---|---|");
            await WriteAsync(directory, chunks, seed);
            await LookUpAsync(directory);
            await MergeAsync(Path.Combine(directory, "merging"), Math.Max(1, Math.Min(chunks / 50, 2_000_000)), seed);
            return 0;
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task WriteAsync(string directory, long chunks, ulong seed)
    {
        var layout = ScaleIndex.Layout(chunks);
        Guid id;
        using (var repository = Repository.Create(directory, new RepositoryOptions()))
        {
            id = repository.Id;
        }

        using var backend = new LocalDirectoryBackend(directory);
        var start = ProcessFigures.Now();
        var known = await new ScaleIndex(backend, id, seed).WriteAsync(layout, Samples);
        var took = ProcessFigures.Now().Since(start);
        File.WriteAllBytes(
            Path.Combine(directory, LookupMeasurement.KnownFile), MemoryMarshal.AsBytes<UInt128>(known).ToArray());
        var bytes = backend.List(ObjectKind.Index).Sum(file => file.LengthBytes);
        LookupMeasurement.Say("chunks", $"{chunks:N0} in {layout.Count} segments (seed {seed})");
        LookupMeasurement.Say(
            "on disk",
            $"{bytes / 1048576.0:N0} MiB, {(double)bytes / chunks:0.00} bytes for each chunk, "
            + $"{bytes / 1048576.0 / chunks * ChunksPerTiB:0} MiB for each TiB in chunks of 64 KiB");
        LookupMeasurement.Say("generating", $"CPU {took.CpuSeconds * 1e6 / chunks:0.000} us for each chunk");
    }

    private static async Task LookUpAsync(string directory)
    {
        using var child = Process.Start(Environment.ProcessPath!, [Name, Child, directory]);
        await child.WaitForExitAsync();
        if (child.ExitCode != 0)
        {
            throw new InvalidOperationException("The process that looks up failed.");
        }
    }

    private static async Task MergeAsync(string directory, long each, ulong seed)
    {
        using var backend = new LocalDirectoryBackend(directory);
        backend.Initialize();
        await new ScaleIndex(backend, Guid.Empty, seed + 1000).WriteAsync([.. Enumerable.Repeat(each, 8)], 1);
        var ids = backend.List(ObjectKind.Index)
            .Select(file => SegmentId.TryParse(file.Name, out var id) ? id : default).ToList();
        var merger = new IndexMerger(backend, Guid.Empty, new SessionId(1), new SortableId(TimeProvider.System));
        var start = ProcessFigures.Now();
        await merger.MergeAsync(ids, new HashSet<PackId>(), CancellationToken.None);
        var took = ProcessFigures.Now().Since(start);
        LookupMeasurement.Say(
            $"merging 8 segments of {each:N0} entries",
            $"CPU {took.CpuSeconds * 1e6 / (8 * each):0.000} us for each entry, "
            + $"{8 * each / took.Seconds:N0} entries/s, "
            + $"{(took.AnonymousBytes - start.AnonymousBytes) / 1048576.0:0.0} MiB more memory");
    }
}
