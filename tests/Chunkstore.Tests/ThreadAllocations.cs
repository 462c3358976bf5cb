using Xunit;

namespace BackupEngine.Chunkstore.Tests;

/// <summary>
/// What a thread allocates in calls, to the byte. A collection makes the runtime count what is left of the thread's
/// allocation buffer, up to 8 KiB, as allocated: a call during which one happened tells nothing and is not counted.
/// The projects switch concurrent collection off, of which no counter tells.
/// </summary>
internal struct ThreadAllocations
{
    private const int MostTries = 1000;

    /// <summary>Bytes of all counted calls.</summary>
    public long Bytes { get; private set; }

    /// <summary>How many calls were counted.</summary>
    public int Calls { get; private set; }

    /// <summary>Bytes of one call, which is made again until no collection disturbs it.</summary>
    public static long Of(Action call)
    {
        var measured = default(ThreadAllocations);
        for (var tries = 0; measured.Calls == 0; tries++)
        {
            Assert.True(tries < MostTries, "a collection happened in every call");
            measured.Run(call);
        }

        return measured.Bytes;
    }

    /// <summary>Makes a call; true if no collection disturbed it, so that it counts.</summary>
    public bool Run(Action call)
    {
        var collections = GC.CollectionCount(0);
        var before = GC.GetAllocatedBytesForCurrentThread();
        call();
        var taken = GC.GetAllocatedBytesForCurrentThread() - before;
        if (GC.CollectionCount(0) != collections)
        {
            return false;
        }

        Bytes += taken;
        Calls++;
        return true;
    }
}
