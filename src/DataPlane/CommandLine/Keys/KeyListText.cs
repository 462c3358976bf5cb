using BackupEngine.Chunkstore.Encryption;

namespace BackupEngine.DataPlane.CommandLine.Keys;

/// <summary>Key slots as people see them.</summary>
internal static class KeyListText
{
    /// <summary>A line for each slot.</summary>
    public static IEnumerable<string> Of(IReadOnlyList<KeySlotInfo> slots, long? epoch) =>
    [
        Row("SLOT", "KIND", "CREATED", "TRY", "LABEL"),
        .. slots.Select(slot => Row(
            slot.Id,
            slot.Kind == KeySlotKind.Passphrase ? "passphrase" : "key file",
            $"{slot.CreatedAt:yyyy-MM-dd HH:mm:ss}Z",
            slot.Cost is { } cost ? $"{SizeText.Format(cost.MemoryKiB * 1024L)} x {cost.Passes}" : "-",
            slot.IsInUse ? $"{slot.Label} (opened by)".TrimStart() : slot.Label)),
        .. epoch is null ? Array.Empty<string>() : [$"New packs are encrypted in key epoch {epoch}."],
    ];

    private static string Row(string slot, string kind, string created, string cost, string label) =>
        $"{slot,-32}  {kind,-10}  {created,-20}  {cost,-14}  {label}".TrimEnd();
}
