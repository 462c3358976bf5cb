using System.Text.Json;
using BackupEngine.DataPlane.Protocol;

namespace BackupEngine.ControlPlane.Workflows;

/// <summary>What a verification of one backup found.</summary>
public sealed record VerificationResult
{
    /// <summary>Longest list of ranges that is kept.</summary>
    private const int MostRanges = 100;

    /// <summary>Whether the whole backup can be restored, as far as it was looked at.</summary>
    public required bool Usable { get; init; }

    /// <summary>Chunks that were read and checked; 0 of a quick verification, which reads the structure only.</summary>
    public required long ChunksChecked { get; init; }

    /// <summary>
    /// Of these: damaged ones. They share packs with those of other backups, so they may be another's, or this backup
    /// may have them a second time: <see cref="Usable"/> tells.
    /// </summary>
    public required long BadChunks { get; init; }

    /// <summary>Packs that were read.</summary>
    public required long PacksRead { get; init; }

    /// <summary>Bytes that were read of them.</summary>
    public required long BytesRead { get; init; }

    /// <summary>Bytes of the volume that cannot be restored.</summary>
    public required long LostBytes { get; init; }

    /// <summary>Where they are: the first ranges.</summary>
    public required IReadOnlyList<LostRange> LostRanges { get; init; }

    /// <summary>What was not looked at, and why.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>What a job of the data plane says of a backup.</summary>
    /// <exception cref="InvalidOperationException">It has not looked at the backup.</exception>
    public static VerificationResult Of(VerifyResult found, Guid storedId, long volumeBytes)
    {
        ArgumentNullException.ThrowIfNull(found);
        var harm = found.Harmed.FirstOrDefault(harmed => harmed.BackupId == storedId.ToString());
        if (harm is null && found.Backups == 0)
            throw new InvalidOperationException(
                $"the data plane has not looked at the backup: {string.Join(' ', found.Warnings)}");
        return new VerificationResult
        {
            Usable = harm is null,
            ChunksChecked = found.RecordsChecked,
            BadChunks = found.RecordsBad,
            PacksRead = found.PacksRead,
            BytesRead = found.BytesRead,
            // Without a readable manifest there are no ranges: all is lost.
            LostBytes = harm is { RangeCount: 0 } ? volumeBytes : harm?.LostBytes ?? 0,
            LostRanges =
            [
                .. harm?.Ranges.Take(MostRanges).Select(range => new LostRange(range.OffsetBytes, range.LengthBytes))
                    ?? [],
            ],
            Warnings = [.. found.Warnings],
        };
    }

    /// <summary>As the record keeps it.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, VerificationJson.Default.VerificationResult);

    /// <summary>From a record.</summary>
    public static VerificationResult Parse(string json) =>
        JsonSerializer.Deserialize(json, VerificationJson.Default.VerificationResult)!;
}
