using System.Numerics;

namespace BackupEngine.Chunkstore.Format;

/// <summary>What a CRC-32C register becomes while <see cref="DistanceBytes"/> zero bytes pass through it.</summary>
/// <remarks>
/// That is linear in the register's bits, so four table entries, one for each of its bytes, add up to it. By it the
/// registers of neighbouring blocks are joined: crc(a, b) = shift(crc(a)) xor crc(b).
/// </remarks>
internal static class Crc32CShift
{
    /// <summary>How far, in bytes.</summary>
    public const int DistanceBytes = 1024;

    private const int Values = 256;

    private static readonly uint[] Tables = MakeTables();

    /// <summary>The register after the zeros.</summary>
    public static uint Apply(uint register) =>
        Tables[(byte)register]
        ^ Tables[Values + (byte)(register >> 8)]
        ^ Tables[(2 * Values) + (byte)(register >> 16)]
        ^ Tables[(3 * Values) + (byte)(register >> 24)];

    private static uint[] MakeTables()
    {
        var tables = new uint[4 * Values];
        for (var entry = 0; entry < tables.Length; entry++)
        {
            tables[entry] = PassZeros((uint)(entry % Values) << (8 * (entry / Values)));
        }

        return tables;
    }

    private static uint PassZeros(uint register)
    {
        for (var done = 0; done < DistanceBytes; done += sizeof(ulong))
        {
            register = BitOperations.Crc32C(register, 0UL);
        }

        return register;
    }
}
