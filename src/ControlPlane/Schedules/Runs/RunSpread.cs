using System.Buffers.Binary;
using System.Security.Cryptography;

namespace BackupEngine.ControlPlane.Schedules.Runs;

/// <summary>Spreads the backups of a policy over its window, each volume always at the same place in it.</summary>
internal static class RunSpread
{
    /// <summary>How long after the due time the backup of a volume begins.</summary>
    /// <param name="policyId">The policy.</param>
    /// <param name="volumeId">The volume.</param>
    /// <param name="windowSeconds">The window; 0: at once.</param>
    public static TimeSpan DelayOf(Guid policyId, Guid volumeId, int windowSeconds)
    {
        Span<byte> ids = stackalloc byte[32];
        policyId.TryWriteBytes(ids);
        volumeId.TryWriteBytes(ids[16..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(ids, hash);
        return TimeSpan.FromSeconds(BinaryPrimitives.ReadUInt32LittleEndian(hash) % ((uint)windowSeconds + 1));
    }
}
