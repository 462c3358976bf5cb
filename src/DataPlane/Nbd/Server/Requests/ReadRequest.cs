using BackupEngine.Chunkstore;
using BackupEngine.DataPlane.Nbd.Protocol;
using BackupEngine.DataPlane.Nbd.Server.Volumes;

namespace BackupEngine.DataPlane.Nbd.Server.Requests;

/// <summary>
/// Answers READ. Everything that is sent was read and checked before its header goes out; what cannot be read is told
/// of, and all around it is sent.
/// </summary>
internal sealed class ReadRequest(
    IServedVolume volume, ReplyWriter reply, RequestBuffer buffer, ReadScratch scratch, ServeCounters counters)
{
    private const int MostRuns = 256;

    /// <summary>Zeros between data that are sent as data: a message of their own costs more.</summary>
    private const long SmallHoleBytes = 16 * 1024;

    private readonly AllocationMap _map = new();
    private Extent _wanted;

    /// <summary>Answers in chunks.</summary>
    public async ValueTask InChunksAsync(Extent wanted, bool whole, CancellationToken cancellationToken)
    {
        _wanted = wanted;
        if (whole)
        {
            await DataAsync(wanted, cancellationToken);
            return;
        }

        for (var position = wanted.OffsetBytes; position < wanted.EndBytes;)
        {
            position = await NextAsync(position, cancellationToken);
        }
    }

    /// <summary>Answers with a simple reply: all, or an error.</summary>
    public async ValueTask InOneAsync(Extent wanted, CancellationToken cancellationToken)
    {
        try
        {
            await CheckAllAsync(wanted, cancellationToken);
        }
        catch (VolumeReadException e)
        {
            await reply.FailAsync(NbdError.InputOutput, e.Message, cancellationToken);
            return;
        }

        counters.AddRead(wanted.LengthBytes);
        if (wanted.LengthBytes <= RequestBuffer.DataBytes)
        {
            await reply.SimpleDataAsync((int)wanted.LengthBytes, cancellationToken);
            return;
        }

        await reply.BeginSimpleAsync(cancellationToken);
        try
        {
            for (var position = wanted.OffsetBytes; position < wanted.EndBytes;)
            {
                var lengthBytes = await ReadAsync(position, wanted.EndBytes, cancellationToken);
                await reply.SimplePartAsync(lengthBytes, cancellationToken);
                position += lengthBytes;
            }
        }
        finally
        {
            reply.EndSimple();
        }
    }

    /// <summary>
    /// A simple reply says at its beginning that all is good, so all is read before. What does not fit into the buffer
    /// is read a second time.
    /// </summary>
    private async ValueTask CheckAllAsync(Extent wanted, CancellationToken cancellationToken)
    {
        for (var position = wanted.OffsetBytes; position < wanted.EndBytes;)
        {
            position += await ReadAsync(position, wanted.EndBytes, cancellationToken);
        }
    }

    private async ValueTask<int> ReadAsync(long from, long until, CancellationToken cancellationToken)
    {
        var lengthBytes = (int)Math.Min(until - from, RequestBuffer.DataBytes);
        await volume.ReadAsync(from, buffer.Data[..lengthBytes], scratch, cancellationToken);
        return lengthBytes;
    }

    /// <summary>Answers from a position on, as far as one look at the map goes.</summary>
    /// <returns>Where it goes on.</returns>
    private async ValueTask<long> NextAsync(long position, CancellationToken cancellationToken)
    {
        _map.Clear(MostRuns);
        var rest = new Extent(position, _wanted.EndBytes - position);
        try
        {
            await volume.MapAsync(rest, _map, scratch, cancellationToken);
        }
        catch (VolumeReadException e) when (_map.Count == 0)
        {
            return await FailAsync(e, cancellationToken);
        }
        catch (VolumeReadException)
        {
            // What is known is answered first; the rest fails again in its turn.
        }

        for (var run = 0; run < _map.Count;)
        {
            var data = 0L;
            for (; run < _map.Count && !IsHole(_map[run]); run++)
            {
                data += _map[run].LengthBytes;
            }

            await DataAsync(new Extent(position, data), cancellationToken);
            position += data;
            if (run < _map.Count)
            {
                position = await HoleAsync(new Extent(position, _map[run].LengthBytes), cancellationToken);
                run++;
            }
        }

        return position;
    }

    private bool IsHole(AllocationRun run) =>
        run.IsZero && (run.LengthBytes >= SmallHoleBytes || run.LengthBytes == _wanted.LengthBytes);

    private async ValueTask<long> HoleAsync(Extent hole, CancellationToken cancellationToken)
    {
        await reply.HoleAsync(hole, IsLast(hole.EndBytes), cancellationToken);
        counters.AddHole(hole.LengthBytes);
        return hole.EndBytes;
    }

    private async ValueTask DataAsync(Extent data, CancellationToken cancellationToken)
    {
        var good = data.EndBytes;
        for (var position = data.OffsetBytes; position < data.EndBytes;)
        {
            try
            {
                var until = position < good ? good : data.EndBytes;
                var lengthBytes = await ReadAsync(position, until, cancellationToken);
                await reply.DataAsync(
                    position, lengthBytes, IsLast(position + lengthBytes), cancellationToken);
                counters.AddRead(lengthBytes);
                position += lengthBytes;
            }
            catch (VolumeReadException e) when (e.Extent.OffsetBytes > position)
            {
                good = e.Extent.OffsetBytes;
            }
            catch (VolumeReadException e)
            {
                position = await FailAsync(e, cancellationToken);
            }
        }
    }

    /// <summary>Tells that a part cannot be read.</summary>
    /// <returns>Where it goes on.</returns>
    private async ValueTask<long> FailAsync(VolumeReadException failure, CancellationToken cancellationToken)
    {
        var end = Math.Min(failure.Extent.EndBytes, _wanted.EndBytes);
        await reply.FailAtAsync(
            failure.Extent.OffsetBytes, NbdError.InputOutput, failure.Message, IsLast(end), cancellationToken);
        return end;
    }

    private bool IsLast(long position) => position == _wanted.EndBytes;
}
