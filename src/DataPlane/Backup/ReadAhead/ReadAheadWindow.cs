using System.Buffers;
using System.Runtime.ExceptionServices;
using BackupEngine.DataPlane.Devices.Engines;

namespace BackupEngine.DataPlane.Backup.ReadAhead;

/// <summary>
/// The buffers of a lane that are being filled, in the order of the lane. Reads are begun in order too, as many at once
/// as the caller says; they may end in any.
/// </summary>
internal sealed class ReadAheadWindow : IDisposable
{
    private readonly IIoQueue _transfers;
    private readonly FillingBuffer[] _places;
    private readonly int[] _placeOfTag;
    private readonly Stack<int> _freeTags;
    private int _first;
    private int _beginning;

    /// <summary>Creates an empty window.</summary>
    /// <param name="transfers">Carries out the reads; the window disposes it.</param>
    /// <param name="places">Most buffers at once.</param>
    /// <param name="newBatch">Makes a batch for each place.</param>
    public ReadAheadWindow(IIoQueue transfers, int places, Func<ReadBatch> newBatch)
    {
        _transfers = transfers;
        _places = [.. Enumerable.Range(0, places).Select(_ => new FillingBuffer(newBatch()))];
        _placeOfTag = new int[transfers.Capacity];
        _freeTags = new Stack<int>(Enumerable.Range(0, transfers.Capacity));
    }

    /// <summary>Buffers in the window.</summary>
    public int Count { get; private set; }

    /// <summary>Whether another fits.</summary>
    public bool HasPlace => Count < _places.Length;

    /// <summary>Whether every read has been begun and more may be.</summary>
    public bool WantsMore(int depth) => _beginning == Count && _transfers.InFlight < Limit(depth);

    /// <summary>The batch of the next buffer, to be filled in before <see cref="Add"/>.</summary>
    public ReadBatch NextBatch => Place(Count).Batch;

    /// <summary>Adds a buffer whose reads are in <see cref="NextBatch"/>, and begins what the depth allows.</summary>
    public void Add(IMemoryOwner<byte> buffer, int depth)
    {
        Place(Count++).Start(buffer);
        Begin(depth);
    }

    /// <summary>Waits until the oldest buffer is full. It stays in the window.</summary>
    /// <exception cref="Devices.DeviceException">A read failed, of whichever buffer.</exception>
    public ReadBatch WaitForOldest(int depth)
    {
        var oldest = Place(0);
        _transfers.Submit();
        while (!oldest.IsFull)
        {
            Begin(depth);
            var (tag, error) = _transfers.Wait();
            _freeTags.Push(tag);
            if (error is not null)
            {
                ExceptionDispatchInfo.Throw(error);
            }

            _places[_placeOfTag[tag]].EndOne();
        }

        return oldest.Batch;
    }

    /// <summary>Takes the oldest buffer, which is full, out of the window; its batch is used again soon.</summary>
    public IMemoryOwner<byte> TakeOldest()
    {
        var buffer = Place(0).Take();
        _first = (_first + 1) % _places.Length;
        Count--;
        _beginning--;
        return buffer;
    }

    /// <summary>Waits for the transfers in flight; only then are their buffers given back.</summary>
    public void Dispose()
    {
        _transfers.Dispose();
        foreach (var place in _places)
        {
            if (place.Buffer is not null)
            {
                place.Take().Dispose();
            }
        }
    }

    private FillingBuffer Place(int index) => _places[(_first + index) % _places.Length];

    private int Limit(int depth) => Math.Min(depth, _transfers.Capacity);

    private void Begin(int depth)
    {
        for (; _beginning < Count; _beginning++)
        {
            var place = Place(_beginning);
            while (!place.AllBegun)
            {
                if (_transfers.InFlight >= Limit(depth))
                {
                    return;
                }

                var (offsetBytes, target) = place.BeginNext();
                var tag = _freeTags.Pop();
                _placeOfTag[tag] = (_first + _beginning) % _places.Length;
                _transfers.BeginRead(offsetBytes, target, tag);
            }
        }
    }
}
