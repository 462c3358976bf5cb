using System.Threading.Channels;
using BackupEngine.Chunkstore;

namespace BackupEngine.DataPlane.Nbd.Server.Volumes;

/// <summary>
/// Reads chunks into the cache before they are asked for. A wish that comes while there is enough to do is dropped: it
/// would come too late. Safe to use from many threads.
/// </summary>
internal sealed class ReadAheadLoops : IAsyncDisposable
{
    private const int MostWishes = 8;

    private readonly Channel<Extent> _wishes = Channel.CreateBounded<Extent>(
        new BoundedChannelOptions(MostWishes) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly Task[] _loops;

    /// <summary>Begins.</summary>
    /// <param name="loops">How many read at once.</param>
    /// <param name="read">Reads one extent into the cache; never fails.</param>
    public ReadAheadLoops(int loops, Func<Extent, ReadScratch, Task> read) =>
        _loops = [.. Enumerable.Range(0, loops).Select(_ => Task.Run(() => LoopAsync(read)))];

    /// <summary>Wishes for an extent.</summary>
    public void Wish(Extent extent) => _wishes.Writer.TryWrite(extent);

    /// <summary>Ends when what is being read has been read.</summary>
    public async ValueTask DisposeAsync()
    {
        _wishes.Writer.TryComplete();
        while (_wishes.Reader.TryRead(out _))
        {
        }

        await Task.WhenAll(_loops);
    }

    private async Task LoopAsync(Func<Extent, ReadScratch, Task> read)
    {
        var scratch = new ReadScratch();
        await foreach (var extent in _wishes.Reader.ReadAllAsync())
        {
            await read(extent, scratch);
        }
    }
}
