namespace BackupEngine.Benchmarks.IoEngines;

/// <summary>One way of reading.</summary>
/// <param name="Scattered">64 KiB at random places, each once; else 1 MiB after 1 MiB.</param>
/// <param name="Lanes">Threads that read.</param>
/// <param name="Depth">Reads in flight for each.</param>
internal sealed record ReadingCase(bool Scattered, int Lanes, int Depth)
{
    public int SizeBytes => Scattered ? 64 * 1024 : 1024 * 1024;
}
