using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace BackupEngine.DataPlane.Tests.Nbd.Server.Guest;

/// <summary>
/// A volume from which a machine boots: its first sector is a program that tells the checksum of the whole volume on
/// the serial port, and writes it into the last sector where it may. Source, and how it is assembled: boot.s.
/// </summary>
internal static class BootSector
{
    /// <summary>What the program reads at once; a volume is a multiple of it.</summary>
    public const int BlockBytes = 32 * 1024;

    private const int SectorBytes = 512;
    private const int BlocksAt = 506;

    private const string Program =
          "fa31c08ed88ed0bc007cfbfc8816b67c6631ed668b3efa7db442e86d00725cb800108ec031dbb9002066d1c52666032f"
        + "83c304e2f4668306bf7c40664f75d9bed77ce85700b9080066c1c50489eb83e30f8a87c77ce84f00e2ee2666892e0000"
        + "66ff0ebf7cc706b97c0100b80043e81900bedc7c7308bee67ceb03bef07ce81b00baf400b010eef4ebfd665766558a16"
        + "b67cbeb77ccd13665d665fc3ac84c07405e80300ebf6c350bafd03eca82074fb58baf803eec300100040000000001000"
        + "000000000000003031323334353637383961626364656673756d2000207772697474656e0a0020726566757365640a00"
        + "756e7265616461626c650a";

    /// <summary>Makes a volume bootable.</summary>
    public static void Install(byte[] volume)
    {
        volume.AsSpan(0, BlocksAt).Clear();
        Convert.FromHexString(Program).CopyTo(volume, 0);
        BinaryPrimitives.WriteInt32LittleEndian(volume.AsSpan(BlocksAt), volume.Length / BlockBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(volume.AsSpan(BlocksAt + 4), 0xaa55);
    }

    /// <summary>What the program computes.</summary>
    public static uint Checksum(ReadOnlySpan<byte> volume)
    {
        var sum = 0u;
        foreach (var word in MemoryMarshal.Cast<byte, uint>(volume))
        {
            sum = BitOperations.RotateLeft(sum, 1) + word;
        }

        return sum;
    }

    /// <summary>Does to a volume what the program does: the checksum, and behind it what was read last.</summary>
    public static void Apply(byte[] volume)
    {
        var sum = Checksum(volume);
        var last = volume.AsSpan(volume.Length - SectorBytes);
        volume.AsSpan(volume.Length - BlockBytes, SectorBytes).CopyTo(last);
        BinaryPrimitives.WriteUInt32LittleEndian(last, sum);
    }
}
