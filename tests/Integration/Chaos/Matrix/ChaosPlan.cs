namespace BackupEngine.Integration.Chaos.Matrix;

/// <summary>Which cells of the matrix are run, in rounds: one fault strikes all that wait for it at once.</summary>
/// <param name="Rounds">The rounds, in order.</param>
/// <param name="Seed">Decides what is written to the volumes, and in which order the requests come.</param>
internal sealed record ChaosPlan(IReadOnlyList<ChaosRoundPlan> Rounds, int Seed)
{
    private const string Variable = "BACKUPENGINE_CHAOS";
    private const int DefaultSeed = 1;

    /// <summary>
    /// What BACKUPENGINE_CHAOS says: <c>workflows=create,restore steps=7,8 faults=kill-backup seed=3</c>, each of which
    /// may be left out; <c>all</c> for the whole matrix. Where it is not set, the short form.
    /// </summary>
    public static ChaosPlan FromEnvironment(IReadOnlyList<string> faults)
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } text)
            return ShortForm(faults);
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(word => word.Split('=', 2)).ToDictionary(word => word[0], word => word[^1], StringComparer.Ordinal);
        var chosen = List(words, "faults") ?? [.. faults];
        if (chosen.Except(faults, StringComparer.Ordinal).ToList() is { Count: > 0 } unknown)
            throw new ArgumentException(
                $"{Variable}: no fault {string.Join(", ", unknown)}; there are {string.Join(", ", faults)}");
        var workflows = List(words, "workflows");
        var steps = List(words, "steps");
        var rounds =
            from fault in chosen
            from moments in Moments.All.GroupBy(moment => moment.Workflow, StringComparer.Ordinal)
            where workflows is null || workflows.Contains(moments.Key, StringComparer.Ordinal)
            let picked = moments.Where(m => steps is null || steps.Contains($"{m.Step}", StringComparer.Ordinal))
            where picked.Any()
            let turn = faults.ToList().IndexOf(fault) + Array.IndexOf(Moments.Workflows, moments.Key)
            select new ChaosRoundPlan(fault, [.. picked], HostAt(turn));
        return new ChaosPlan([.. rounds], words.TryGetValue("seed", out var seed) ? int.Parse(seed) : DefaultSeed);
    }

    /// <summary>Every fault, and every moment under one of them: a diagonal, always the same.</summary>
    private static ChaosPlan ShortForm(IReadOnlyList<string> faults) => new(
    [
        .. faults.Select((fault, index) => new ChaosRoundPlan(
            fault, [.. Moments.All.Where((_, moment) => moment % faults.Count == index)], HostAt(index))),
    ],
        DefaultSeed);

    /// <summary>The host of the volumes, which attaches them itself, and the other one take turns.</summary>
    private static string HostAt(int turn) => turn % 2 == 0 ? "a" : "b";

    private static string[]? List(Dictionary<string, string> words, string name) =>
        words.TryGetValue(name, out var text) ? text.Split(',') : null;
}

/// <summary>Moments that one fault strikes at once, each on a volume of its own.</summary>
/// <param name="Fault">Name of the fault.</param>
/// <param name="Moments">The moments.</param>
/// <param name="Host">The host whose backup service begins them.</param>
internal sealed record ChaosRoundPlan(string Fault, IReadOnlyList<Moment> Moments, string Host);
