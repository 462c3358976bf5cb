using System.Runtime.InteropServices;
using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Index;
using BackupEngine.Chunkstore.Repositories;

namespace BackupEngine.Benchmarks.IndexScale;

/// <summary>Opens a repository and looks chunks up, in a process that does nothing else.</summary>
internal static class LookupMeasurement
{
    public const string KnownFile = "known-ids";
    private const int ColdLookups = 5000;
    private const int Batch = 4096;

    public static void Run(string directory)
    {
        var index = Path.Combine(directory, "index");
        var known = MemoryMarshal.Cast<byte, UInt128>(File.ReadAllBytes(Path.Combine(directory, KnownFile))).ToArray();
        var strangers = known.Select(prefix => prefix ^ (UInt128.MaxValue >> 7)).ToArray();
        PageCache.Drop(index);
        var before = ProcessFigures.Now();
        using var repository = Repository.Open(directory);
        var opened = ProcessFigures.Now().Since(before);
        Say("open, cold", $"{opened.Seconds * 1000:0} ms, CPU {opened.CpuSeconds * 1000:0} ms");
        Say("resident after open", Memory(opened, before));
        using var backend = new LocalDirectoryBackend(directory);
        var catalog = new IndexCatalog(backend, repository.Id);
        catalog.Refresh();
        var view = catalog.View;
        Look(view, "hits, cold", known[..ColdLookups]);
        Look(view, "misses, cold", strangers[..ColdLookups]);
        PageCache.Fill(index);
        Look(view, "hits, pages in the cache but not mapped yet", known);
        Look(view, "misses, the same", strangers);
        var after = ProcessFigures.Now();
        Say($"resident after {2 * known.Length:N0} lookups", Memory(after, before));
        Look(view, "hits, warm", known);
        Look(view, "misses, warm", strangers);
        Look(view, $"hits, warm, sorted in batches of {Batch}", Sorted(known));
        Look(view, $"misses, warm, sorted in batches of {Batch}", Sorted(strangers));
        catalog.Close();
    }

    private static void Look(IndexView view, string what, UInt128[] prefixes)
    {
        var start = ProcessFigures.Now();
        var found = prefixes.Count(view.Contains);
        var took = ProcessFigures.Now().Since(start);
        var each = 1e6 / prefixes.Length;
        Say(
            what,
            $"{prefixes.Length / took.Seconds:N0}/s, CPU {took.CpuSeconds * each:0.00} us each, "
            + $"{took.PagesRead / (double)prefixes.Length:0.00} pages read each ({found:N0} found)");
    }

    private static UInt128[] Sorted(UInt128[] prefixes) =>
        [.. prefixes.Chunk(Batch).SelectMany(batch => batch.Order())];

    private static string Memory(ProcessFigures now, ProcessFigures before) =>
        $"{(now.AnonymousBytes - before.AnonymousBytes) / 1048576.0:0.0} MiB of its own, "
        + $"{(now.FileBytes - before.FileBytes) / 1048576.0:0.0} MiB of mapped files";

    public static void Say(string what, string figure) => Console.WriteLine($"| {what} | {figure} |");
}
