using System.Threading.Channels;
using BackupEngine.Chunkstore.Backends;

namespace BackupEngine.Chunkstore.Packs;

/// <summary>Takes the filled buffers of a stream to the disk, one after another, and has its packs sealed.</summary>
internal sealed class PackWriter(PackStreamOptions options, PackBufferPool buffers, PackSealer sealer)
{
    private readonly Channel<bool> _signal = Channel.CreateUnbounded<bool>(new() { SingleReader = true });

    /// <summary>There is work; not to be called again before all work was taken.</summary>
    public void Wake() => _signal.Writer.TryWrite(true);

    /// <summary>There will be none.</summary>
    public void Complete() => _signal.Writer.TryComplete();

    /// <summary>Writes until <see cref="Complete"/>, and gives up what is left then.</summary>
    /// <param name="take">Takes the next work; null where there is none now.</param>
    /// <param name="giveUp">Told of a pack that could not be written.</param>
    /// <param name="stop">Cancelled when nothing is to be written any more.</param>
    public async Task RunAsync(Func<PackWork?> take, Action<OpenPack, Exception> giveUp, CancellationToken stop)
    {
        while (await _signal.Reader.WaitToReadAsync(CancellationToken.None))
        {
            _signal.Reader.TryRead(out _);
            await WriteAllAsync(take, giveUp, stop);
        }

        await WriteAllAsync(take, giveUp, stop);
    }

    private async ValueTask WriteAllAsync(
        Func<PackWork?> take, Action<OpenPack, Exception> giveUp, CancellationToken stop)
    {
        while (take() is { } work)
        {
            try
            {
                await WriteAsync(work, stop);
            }
            catch (Exception exception)
            {
                giveUp(work.Pack, exception);
            }
        }
    }

    private async ValueTask WriteAsync(PackWork work, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        if (work.Buffer is { } buffer)
        {
            await work.Pack.WriteAsync(buffer.Memory[..work.Length], Create, stop);
            buffers.Return(buffer);
        }

        if (work.IsLast)
        {
            await sealer.BeginAsync(work.Pack, stop);
        }
    }

    private DigestingWriter Create(ObjectName name) => new(options.Create(name), options.Stages);
}
