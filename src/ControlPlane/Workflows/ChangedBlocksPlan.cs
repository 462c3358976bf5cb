using BackupEngine.ControlPlane.Contracts;

namespace BackupEngine.ControlPlane.Workflows;

/// <summary>
/// Which parts of the device are to be read. More than what changed may always be named, less never: whatever is odd
/// about the answer of a volume service makes it unknown, and everything is read.
/// </summary>
/// <param name="Extents">Sorted, disjoint extents; null: everything is read.</param>
/// <param name="Outcome">In words, for the record.</param>
internal sealed record ChangedBlocksPlan(IReadOnlyList<ChangedExtent>? Extents, string Outcome)
{
    /// <summary>The base point that <see cref="Extents"/> count from; the data plane compares it.</summary>
    public string Base { get; private init; } = "";

    /// <summary>
    /// Why the extents are not known although they should be; empty where they are, or where the driver knows none.
    /// </summary>
    public string Unknown { get; private init; } = "";

    /// <summary>Most extents that are handed on: about 1.5 MiB of protocol, below the 4 MiB that gRPC takes.</summary>
    public const int MostExtents = 65_536;

    /// <summary>Everything is read, and why.</summary>
    public static ChangedBlocksPlan ReadEverything(string reason) =>
        new(Extents: null, "everything is read: " + reason) { Unknown = reason };

    /// <summary>Everything is read, as always with a volume driver that keeps no base points.</summary>
    public static ChangedBlocksPlan WithoutBasePoints() =>
        new(Extents: null, "everything is read: the volume driver keeps no base points");

    /// <summary>The plan from the answer of a volume service.</summary>
    public static ChangedBlocksPlan From(ChangedBlocks answer, string parentToken)
    {
        if (!answer.Known)
            return ReadEverything(answer.Reason);
        if (answer.Extents.Any(e => e.OffsetBytes < 0 || e.LengthBytes <= 0
            || e.OffsetBytes > long.MaxValue - e.LengthBytes))
            return ReadEverything("the volume service named an impossible extent");
        var extents = Join(answer.Extents.OrderBy(e => e.OffsetBytes), gapBytes: 0);
        var capped = extents.Count <= MostExtents ? extents : Join(extents, GapToJoin(extents));
        return new ChangedBlocksPlan(
            capped, $"changed blocks from the volume service: {capped.Sum(e => e.LengthBytes)} bytes in "
                + $"{capped.Count} extents")
        {
            Base = parentToken,
        };
    }

    /// <summary>Joins extents that overlap, or have no more than this between them.</summary>
    private static List<ChangedExtent> Join(IEnumerable<ChangedExtent> sorted, long gapBytes)
    {
        var joined = new List<ChangedExtent>();
        foreach (var extent in sorted)
        {
            if (joined.Count > 0 && extent.OffsetBytes - End(joined[^1]) <= gapBytes)
                joined[^1] = Until(joined[^1], Math.Max(End(joined[^1]), End(extent)));
            else
                joined.Add(extent);
        }

        return joined;
    }

    /// <summary>The smallest gap that, with all smaller ones joined, leaves no more extents than allowed.</summary>
    private static long GapToJoin(List<ChangedExtent> extents)
    {
        var gaps = extents.Skip(1).Select((e, before) => e.OffsetBytes - End(extents[before])).Order().ToList();
        return gaps[extents.Count - MostExtents - 1];
    }

    private static long End(ChangedExtent extent) => extent.OffsetBytes + extent.LengthBytes;

    private static ChangedExtent Until(ChangedExtent extent, long endBytes) =>
        extent with { LengthBytes = endBytes - extent.OffsetBytes };
}
