namespace BackupEngine.ControlPlane.Authentication.Policies;

/// <summary>
/// What the rules of a file must be to each other: known, or named by a rule that is; and none in a circle.
/// </summary>
internal static class PolicyFileCheck
{
    /// <summary>Checks all rules together.</summary>
    /// <exception cref="PolicyFileException">One names a rule that there is not, or none needs it.</exception>
    public static void Require(
        string? file,
        Dictionary<string, PolicyFileEntry> changed,
        Dictionary<string, PolicyExpression> expressions)
    {
        var faults = changed.OrderBy(entry => entry.Value.Line)
            .SelectMany(entry => Faults(entry.Key, entry.Value, expressions))
            .ToList();
        if (faults.Count > 0)
            throw PolicyFile.Faulty(file, faults);
    }

    private static IEnumerable<string> Faults(
        string name, PolicyFileEntry entry, Dictionary<string, PolicyExpression> expressions)
    {
        foreach (var missing in entry.Expression.References.Where(rule => !expressions.ContainsKey(rule)))
            yield return PolicyFile.At(entry.Line, $"{name} names the rule {missing}, which there is not.");
        if (!PolicyRules.All.Any(rule => rule.Name == name) && !IsNamed(name, expressions))
            yield return PolicyFile.At(
                entry.Line,
                $"there is no rule {name}, and no other names it. Rules are "
                + $"{string.Join(", ", PolicyRules.All.Select(rule => rule.Name))}.");
        if (Reaches(name, name, expressions, []))
            yield return PolicyFile.At(entry.Line, $"{name} names itself, in a circle.");
    }

    private static bool IsNamed(string name, Dictionary<string, PolicyExpression> expressions) => expressions.Any(
        other => other.Key != name && other.Value.References.Contains(name, StringComparer.Ordinal));

    private static bool Reaches(
        string from, string to, Dictionary<string, PolicyExpression> expressions, HashSet<string> seen) =>
        expressions.TryGetValue(from, out var expression)
        && expression.References.Any(next =>
            next == to || (seen.Add(next) && Reaches(next, to, expressions, seen)));
}
