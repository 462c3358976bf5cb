using System.Numerics;
using System.Runtime.InteropServices;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Models;

/// <summary>
/// All states that were found, in the order of their finding, each with the one it was found from. Open addressing over
/// their numbers.
/// </summary>
internal sealed class StateTable<TState>
    where TState : unmanaged
{
    private readonly List<TState> _states = [];
    private readonly List<int> _parents = [];
    private int[] _places = new int[1 << 12];

    public int Count => _states.Count;

    public TState this[int number] => _states[number];

    public int ParentOf(int number) => _parents[number];

    /// <summary>False where the state is known.</summary>
    public bool TryAdd(in TState state, int parent)
    {
        if (_states.Count * 2 > _places.Length)
        {
            Grow();
        }

        ref var place = ref PlaceOf(state);
        if (place != 0)
        {
            return false;
        }

        _states.Add(state);
        _parents.Add(parent);
        place = _states.Count;
        return true;
    }

    public static bool AreSame(in TState one, in TState other) => BytesOf(one).SequenceEqual(BytesOf(other));

    private static ReadOnlySpan<byte> BytesOf(in TState state) =>
        MemoryMarshal.AsBytes(new ReadOnlySpan<TState>(in state));

    private ref int PlaceOf(in TState state)
    {
        var mask = _places.Length - 1;
        var bytes = BytesOf(state);
        var place = (int)Hash(bytes) & mask;
        var states = CollectionsMarshal.AsSpan(_states);
        while (_places[place] != 0)
        {
            if (BytesOf(states[_places[place] - 1]).SequenceEqual(bytes))
            {
                break;
            }

            place = (place + 1) & mask;
        }

        return ref _places[place];
    }

    private void Grow()
    {
        _places = new int[_places.Length * 2];
        for (var number = 0; number < _states.Count; number++)
        {
            PlaceOf(_states[number]) = number + 1;
        }
    }

    private static ulong Hash(ReadOnlySpan<byte> bytes)
    {
        var hash = 0x9E3779B97F4A7C15ul;
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(bytes))
        {
            hash = BitOperations.RotateLeft((hash ^ word) * 0xBF58476D1CE4E5B9ul, 31);
        }

        foreach (var rest in bytes[(bytes.Length & ~7)..])
        {
            hash = BitOperations.RotateLeft((hash ^ rest) * 0xBF58476D1CE4E5B9ul, 31);
        }

        return hash ^ (hash >> 32);
    }
}
