using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Hashing;
using BackupEngine.Chunkstore.Index;
using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Sessions;

namespace BackupEngine.Chunkstore.Tests.Fuzzing;

/// <summary>Index segments: their heads and ends, and whole files opened and searched.</summary>
internal static class IndexTargets
{
    private static readonly SegmentId Segment = new(99);
    private static readonly UInt128[] Prefixes = [0, 5, UInt128.MaxValue / 3, UInt128.MaxValue];

    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new(
            "index header",
            [Written(IndexHeader.SizeBytes, new IndexHeader(Guid.Empty, Segment, 1, 1, 1).Write)],
            bytes => IndexHeader.Read(bytes, "file"),
            8192) { Seal = Seals.CrcAt(124) },
        new(
            "index trailer",
            [Written(IndexTrailer.SizeBytes, new IndexTrailer(1, 2, default).Write)],
            bytes => IndexTrailer.Read(bytes, "file"),
            8192) { Seal = Seals.CrcAt(52) },
        new("index segment", [SegmentFile()], OpenAndSearch, 64 * 1024) { Seal = SealSegment },
    ];

    private delegate void WriteTo(Span<byte> bytes);

    private static byte[] Written(int length, WriteTo write)
    {
        var bytes = new byte[length];
        write(bytes);
        return bytes;
    }

    private static byte[] SegmentFile()
    {
        using var place = new Place();
        var entries = Prefixes.Select(prefix => new IndexEntry(prefix, 0, 64, 100, 4096)).ToArray();
        var packs = new[] { new IndexPack(new PackId(1), PackType.Data, 4, 5000, default) };
        var writer = new IndexSegmentWriter(place.Backend, Guid.Empty, new SessionId(1));
        writer.WriteAsync(Segment, packs, entries, () => { }, CancellationToken.None).Wait();
        return File.ReadAllBytes(place.File);
    }

    private static void OpenAndSearch(byte[] bytes)
    {
        using var place = new Place();
        File.WriteAllBytes(place.File, bytes);
        using var segment = IndexSegment.Open(place.Backend, Segment, Guid.Empty);
        var view = new IndexView([segment]);
        foreach (var prefix in Prefixes)
        {
            var cursor = default(IndexCursor);
            for (var places = 0; places < 5 && view.TryFindNext(prefix, ref cursor, out _); places++)
            {
                // Every place that it claims is looked at.
            }
        }
    }

    private static void SealSegment(byte[] bytes)
    {
        Seals.Crc(bytes, 0, 124);
        var trailer = bytes.Length - IndexTrailer.SizeBytes;
        if (trailer < IndexHeader.SizeBytes + IndexPack.SizeBytes)
        {
            return;
        }

        Blake3.Hash(bytes.AsSpan(0, trailer), bytes.AsSpan(trailer, Blake3.DigestBytes));
        var table = Crc32C.Compute(bytes.AsSpan(IndexHeader.SizeBytes, IndexPack.SizeBytes));
        BitConverter.TryWriteBytes(bytes.AsSpan(trailer + 32), (long)bytes.Length);
        BitConverter.TryWriteBytes(bytes.AsSpan(trailer + 40), table);
        BitConverter.TryWriteBytes(
            bytes.AsSpan(trailer + 52), Crc32C.Compute(bytes.AsSpan(trailer, 52)));
    }

    /// <summary>A repository that has nothing but one file of the index.</summary>
    private sealed class Place : IDisposable
    {
        private readonly TemporaryDirectory _directory = TemporaryDirectory.InMemory();

        public Place()
        {
            Backend = new LocalDirectoryBackend(_directory.Path);
            Backend.Initialize();
        }

        public LocalDirectoryBackend Backend { get; }

        public string File => Path.Combine(_directory.Path, "index", Segment.ToString());

        public void Dispose()
        {
            Backend.Dispose();
            _directory.Dispose();
        }
    }
}
