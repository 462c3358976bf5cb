using System.Numerics;
using System.Runtime.InteropServices;

namespace BackupEngine.DataPlane.Nbd.Protocol;

/// <summary>Information of type BLOCK_SIZE: how transfers must be cut.</summary>
/// <param name="MinimumBytes">Offsets and lengths are multiples of this power of two, except at the end.</param>
/// <param name="PreferredBytes">What is efficient; a power of two.</param>
/// <param name="MaximumBytes">Longest payload.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct BlockSizes(uint MinimumBytes, uint PreferredBytes, uint MaximumBytes)
{
    /// <summary>What holds where a server names nothing.</summary>
    public static BlockSizes Default => new(1, 4096, NbdLimits.DefaultPayloadBytes);

    /// <summary>The data of the information, its type included.</summary>
    public byte[] WriteInfo() => new WireWriter()
        .UInt16((int)InfoType.BlockSize).UInt32(MinimumBytes).UInt32(PreferredBytes).UInt32(MaximumBytes).ToArray();

    /// <summary>Reads what follows the type of the information.</summary>
    /// <exception cref="NbdProtocolException">It is not of that form, or the numbers are not allowed.</exception>
    public static BlockSizes Read(ReadOnlySpan<byte> from)
    {
        var reader = new WireReader(from, "The block sizes");
        var sizes = new BlockSizes(reader.UInt32(), reader.UInt32(), reader.UInt32());
        reader.End();
        return sizes.IsAllowed ? sizes : throw new NbdProtocolException(
            $"The server names the block sizes {sizes.MinimumBytes}, {sizes.PreferredBytes} and {sizes.MaximumBytes}: "
            + $"the first must be a power of two up to {NbdLimits.MinimumBlockBytes}, the second one not below it, the "
            + "third not below the second.");
    }

    private bool IsAllowed => BitOperations.IsPow2(MinimumBytes) && MinimumBytes <= NbdLimits.MinimumBlockBytes
        && PreferredBytes >= MinimumBytes && MaximumBytes >= PreferredBytes;
}
