using System.Collections.Concurrent;
using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Compression;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Packs;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Packs;

/// <summary>
/// Many lanes append at the same time into buffers that are smaller than most records, so that records of several lanes
/// lie in one buffer and one record in several: each stands where its lane was told, whole.
/// </summary>
public sealed class PackStreamTests
{
    private const int Lanes = 4;
    private const int Batches = 40;
    private const int ChunkBytes = 16 * 1024;
    private const int BufferBytes = 4096;

    private readonly ConcurrentDictionary<string, MemoryStream> _files = new();

    [Fact]
    public async Task Records_of_many_lanes_lie_where_they_were_put()
    {
        var stored = new ConcurrentBag<(ChunkId Id, byte[] Plain, PackPlace Place)>();
        await using var stream = new PackStream(Options());
        var lanes = Enumerable.Range(0, Lanes).Select(lane => Task.Run(() => AppendAsync(stream, lane, stored)));
        await Task.WhenAll(lanes);

        var packs = (await Task.WhenAll(stream.EndPack())).ToDictionary(pack => pack.Number);
        Assert.True(packs.Count > 2, "so little data that hardly a pack was filled");
        Assert.Equal(packs.Values.Sum(pack => pack.IndexLine.RecordCount), stored.Count);
        foreach (var (id, plain, place) in stored)
        {
            var pack = _files[packs[place.PackNumber].Name.Name].ToArray();
            Assert.True(RecordHeader.TryRead(pack.AsSpan((int)place.Offset), out var header, out var fault), fault);
            Assert.Equal(id, header.Id);
            Assert.Equal(plain, pack.AsSpan((int)place.Offset + RecordHeader.SizeBytes, header.StoredLength));
        }
    }

    private static async Task AppendAsync(
        PackStream stream, int lane, ConcurrentBag<(ChunkId Id, byte[] Plain, PackPlace Place)> stored)
    {
        var random = new Random(lane);
        using var batch = new ChunkBatch(ChunkBytes, encrypts: false);
        for (var i = 0; i < Batches; i++)
        {
            batch.Clear();
            var plains = new byte[random.Next(1, 9)][];
            for (var place = 0; place < plains.Length; place++)
            {
                plains[place] = new byte[random.Next(1, ChunkBytes + 1)];
                random.NextBytes(plains[place]);
                var id = new byte[ChunkId.SizeBytes];
                random.NextBytes(id);
                batch.Add(new ChunkId(id), plains[place]);
                batch.Encode(place, CompressionAlgorithm.None);
            }

            for (var place = stream.AppendAtOnce(batch); place < batch.Count; place++)
            {
                batch.SetPlace(place, await stream.AppendAsync(
                    batch.HeaderAt(place), batch.EncoderAt(place), clock: null, CancellationToken.None));
            }

            for (var place = 0; place < batch.Count; place++)
            {
                stored.Add((batch.IdAt(place), plains[place], batch.PlaceAt(place)));
            }
        }
    }

    private PackStreamOptions Options()
    {
        var number = 0u;
        return new PackStreamOptions
        {
            RepositoryId = Guid.NewGuid(),
            DataKeys = null,
            Type = PackType.Data,
            PackSizeBytes = 1024 * 1024,
            BufferBytes = BufferBytes,
            BufferCount = 16,
            Ids = new SortableId(TimeProvider.System),
            NextPackNumber = () => Interlocked.Increment(ref number),
            Create = name => new MemoryWriter(_files.GetOrAdd(name.Name, _ => new MemoryStream())),
        };
    }

    private sealed class MemoryWriter(MemoryStream file) : IObjectWriter
    {
        public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            // Lanes are to fill other buffers meanwhile.
            await Task.Yield();
            file.Write(bytes.Span);
        }

        public ValueTask PublishAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public void Dispose()
        {
        }
    }
}
