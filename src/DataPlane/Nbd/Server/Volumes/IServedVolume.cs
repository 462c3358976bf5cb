using BackupEngine.Chunkstore;

namespace BackupEngine.DataPlane.Nbd.Server.Volumes;

/// <summary>
/// A volume as clients see it: bytes at offsets. Every extent is inside of the volume and has at least one byte:
/// whoever calls has checked that. Safe to use from many threads.
/// </summary>
internal interface IServedVolume : IAsyncDisposable
{
    /// <summary>Length in bytes.</summary>
    long LengthBytes { get; }

    /// <summary>Whether it can be written to.</summary>
    bool IsWritable { get; }

    /// <summary>The unit in which it is read at least cost, in bytes.</summary>
    int PreferredBlockBytes { get; }

    /// <summary>Fills the buffer; every byte of a backup was checked before.</summary>
    /// <exception cref="VolumeReadException">A part cannot be read; it says which.</exception>
    ValueTask ReadAsync(
        long offsetBytes, Memory<byte> destination, ReadScratch scratch, CancellationToken cancellationToken);

    /// <summary>
    /// Adds to a map what is zeros in an extent, without reading data, until the extent or the map's places end.
    /// </summary>
    /// <exception cref="VolumeReadException">It cannot be told for a part.</exception>
    ValueTask MapAsync(Extent extent, AllocationMap map, ReadScratch scratch, CancellationToken cancellationToken);

    /// <summary>Reads ahead, as far as there is place; a failure shows when it is read.</summary>
    void Prefetch(Extent extent);

    /// <summary>Writes; lasting after <see cref="FlushAsync"/>.</summary>
    /// <exception cref="Errors.UsageException">The volume is read-only.</exception>
    /// <exception cref="IOException">It could not be written; what is there is what was, or what was to be.</exception>
    ValueTask WriteAsync(
        long offsetBytes, ReadOnlyMemory<byte> source, ReadScratch scratch, CancellationToken cancellationToken);

    /// <summary>Makes an extent read as zeros.</summary>
    /// <param name="extent">The extent.</param>
    /// <param name="provision">Take the space for it, so that writing there later does not fail for want of it.</param>
    /// <param name="scratch">Working memory of the caller.</param>
    /// <param name="cancellationToken">Stops it; a part may be zeros then.</param>
    ValueTask ZeroAsync(Extent extent, bool provision, ReadScratch scratch, CancellationToken cancellationToken);

    /// <summary>Gives the space of an extent back, as far as whole blocks go; those read as zeros then.</summary>
    ValueTask TrimAsync(Extent extent, CancellationToken cancellationToken);

    /// <summary>Makes everything lasting whose writing had ended before.</summary>
    ValueTask FlushAsync(CancellationToken cancellationToken);
}
