using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Verification.Proofs;

namespace BackupEngine.Chunkstore.Verification;

/// <summary>Chooses the packs that a verification reads.</summary>
internal static class PackSelection
{
    public static IReadOnlyList<PackId> Choose(
        IEnumerable<PackId> candidates,
        IReadOnlyDictionary<PackId, long> lengths,
        ProofCatalog proofs,
        VerifyOptions options)
    {
        var packs = candidates.ToArray();
        var count = (int)(((long)packs.Length * options.Percent + 99) / 100);
        if (options.OldestFirst)
        {
            packs = [.. packs.OrderBy(pack => proofs.Of(pack).TicksOf(options.Level)).ThenBy(pack => pack.Value)];
        }
        else if (count < packs.Length)
        {
            Random.Shared.Shuffle(packs);
        }

        return WithinBudget(packs.Take(count), lengths, options.BudgetBytes ?? long.MaxValue);
    }

    private static List<PackId> WithinBudget(
        IEnumerable<PackId> packs, IReadOnlyDictionary<PackId, long> lengths, long budgetBytes)
    {
        var chosen = new List<PackId>();
        var bytes = 0L;
        foreach (var pack in packs)
        {
            bytes += lengths[pack];
            if (chosen.Count > 0 && bytes > budgetBytes)
            {
                break;
            }

            chosen.Add(pack);
        }

        return chosen;
    }
}
