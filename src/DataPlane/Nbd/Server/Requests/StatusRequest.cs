using BackupEngine.Chunkstore;
using BackupEngine.DataPlane.Nbd.Protocol;
using BackupEngine.DataPlane.Nbd.Server.Volumes;

namespace BackupEngine.DataPlane.Nbd.Server.Requests;

/// <summary>Answers BLOCK_STATUS from the tree of the backup, without reading data.</summary>
internal sealed class StatusRequest(IServedVolume volume, ReplyWriter reply, ReadScratch scratch)
{
    private const int MostExtents = 4096;
    private const ulong Hole = (ulong)(AllocationStatus.Hole | AllocationStatus.Zero);

    private readonly AllocationMap _map = new();
    private StatusExtent[] _extents = [];

    /// <summary>Answers.</summary>
    /// <param name="wanted">What is asked for; the answer may end before, never after.</param>
    /// <param name="one">Whether one extent is wanted only.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async ValueTask AnswerAsync(Extent wanted, bool one, CancellationToken cancellationToken)
    {
        _map.Clear(one ? 1 : MostExtents);
        try
        {
            await volume.MapAsync(wanted, _map, scratch, cancellationToken);
        }
        catch (VolumeReadException e)
        {
            // What cannot be told may be data. Reading it says what is wrong.
            _map.TryAdd(Math.Min(e.Extent.EndBytes, wanted.EndBytes) - e.Extent.OffsetBytes, isZero: false);
        }

        await SendAsync(cancellationToken);
    }

    private ValueTask SendAsync(CancellationToken cancellationToken)
    {
        if (_extents.Length < _map.Count)
        {
            _extents = new StatusExtent[MostExtents];
        }

        for (var i = 0; i < _map.Count; i++)
        {
            var run = _map[i];
            var status = run.IsZero ? Hole : (ulong)AllocationStatus.Data;
            _extents[i] = new StatusExtent((ulong)run.LengthBytes, status);
        }

        return reply.StatusAsync(_extents.AsSpan(0, _map.Count), cancellationToken);
    }
}
