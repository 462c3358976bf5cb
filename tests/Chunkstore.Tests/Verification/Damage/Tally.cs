namespace BackupEngine.Chunkstore.Tests.Verification.Damage;

/// <summary>Counts outcomes, for each kind of file.</summary>
internal sealed class Tally
{
    private readonly SortedDictionary<string, int[]> _counts = new(StringComparer.Ordinal);

    public int Total => _counts.Values.Sum(counts => counts.Sum());

    public void Add(string path, Outcome outcome)
    {
        var kind = KindOf(path);
        var counts = _counts.TryGetValue(kind, out var known)
            ? known
            : _counts[kind] = new int[Enum.GetValues<Outcome>().Length];
        counts[(int)outcome]++;
    }

    public int Of(string kind, Outcome outcome) => _counts.TryGetValue(kind, out var counts) ? counts[(int)outcome] : 0;

    /// <summary>The directory of a file below the repository's.</summary>
    public static string KindOf(string path) =>
        path[(DamagedRepository.Root.Length + 1)..].Split('/')[0];

    public override string ToString() => string.Join("; ", _counts.Select(kind => $"{kind.Key}: "
        + string.Join(", ", Enum.GetValues<Outcome>().Select(outcome => $"{outcome} {kind.Value[(int)outcome]}"))));
}
