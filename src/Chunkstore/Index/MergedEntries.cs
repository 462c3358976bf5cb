using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Format;

namespace BackupEngine.Chunkstore.Index;

/// <summary>The entries of several segments in one order, each once, without those of packs left out.</summary>
internal sealed class MergedEntries(
    IRepositoryBackend backend, IReadOnlyList<IndexSegment> segments, UnitedPacks packs) : IEntrySource
{
    public long CountAtMost { get; } = segments.Sum(segment => segment.EntryCount);

    public IEntryReader Open() => new Reader(
        [.. segments.Select(segment => new SegmentStream(backend, segment.Header))], packs);

    private sealed class Reader(SegmentStream[] streams, UnitedPacks packs) : IEntryReader
    {
        /// <summary>Places of one chunk; more than that is no index.</summary>
        private const int MaximumPlaces = 1 << 20;

        private readonly PriorityQueue<int, UInt128> _next = new(streams.Length);
        private readonly List<IndexEntry> _places = [];
        private int _taken;
        private bool _begun;

        public async ValueTask<int> ReadAsync(Memory<IndexEntry> batch, CancellationToken cancellationToken)
        {
            if (!_begun)
            {
                _begun = true;
                for (var stream = 0; stream < streams.Length; stream++)
                {
                    await EnqueueAsync(stream, cancellationToken);
                }
            }

            var count = 0;
            while (count < batch.Length && (_taken < _places.Count || await TryReadPlacesAsync(cancellationToken)))
            {
                for (; _taken < _places.Count && count < batch.Length; count++)
                {
                    batch.Span[count] = _places[_taken++];
                }
            }

            return count;
        }

        /// <summary>Collects all places of the lowest id that has any left.</summary>
        private async ValueTask<bool> TryReadPlacesAsync(CancellationToken cancellationToken)
        {
            _places.Clear();
            _taken = 0;
            while (_places.Count == 0 && _next.TryPeek(out _, out var prefix))
            {
                while (_next.TryPeek(out var stream, out var next) && next == prefix)
                {
                    Take(stream);
                    if (streams[stream].HasEntry)
                    {
                        _next.DequeueEnqueue(stream, streams[stream].Peek.Prefix);
                    }
                    else
                    {
                        _next.Dequeue();
                        await EnqueueAsync(stream, cancellationToken);
                    }
                }
            }

            Arrange();
            return _places.Count > 0;
        }

        private void Take(int stream)
        {
            var entry = streams[stream].Peek;
            streams[stream].Skip();
            var line = packs.LineOf(stream, entry.Pack);
            if (line != UnitedPacks.LeftOut)
            {
                _places.Add(entry with { Pack = line });
            }

            if (_places.Count > MaximumPlaces)
            {
                throw new CorruptDataException(
                    $"The index names more than {MaximumPlaces} places of one chunk. Nothing was changed. "
                    + "Verify the repository.");
            }
        }

        private async ValueTask EnqueueAsync(int stream, CancellationToken cancellationToken)
        {
            if (await streams[stream].FillAsync(cancellationToken))
            {
                _next.Enqueue(stream, streams[stream].Peek.Prefix);
            }
        }

        /// <summary>Sorted by the new lines, and each once.</summary>
        private void Arrange()
        {
            if (_places.Count < 2)
            {
                return;
            }

            _places.Sort(default(IndexEntryOrder));
            var kept = 1;
            for (var i = 1; i < _places.Count; i++)
            {
                if (IndexEntryOrder.IsSamePlace(_places[i], _places[kept - 1]))
                {
                    RequireEqual(_places[i], _places[kept - 1]);
                }
                else
                {
                    _places[kept++] = _places[i];
                }
            }

            _places.RemoveRange(kept, _places.Count - kept);
        }

        private static void RequireEqual(in IndexEntry one, in IndexEntry other)
        {
            if (one != other)
            {
                throw new CorruptDataException(
                    $"Two index segments say different things of the chunk {one.Prefix:x32} at one place. "
                    + "They were left as they are. Verify the repository.");
            }
        }
    }
}
