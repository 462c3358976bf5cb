namespace BackupEngine.ControlPlane.Authentication.Policies;

/// <summary>Who may do what: the rules of <see cref="PolicyRules"/>, as the policy file changes them.</summary>
public sealed class Policy
{
    private readonly Dictionary<string, PolicyExpression> _expressions;

    private Policy(Dictionary<string, PolicyExpression> expressions) => _expressions = expressions;

    /// <summary>The rules as they are where no file changes them.</summary>
    public static Policy Default { get; } = Load(file: null);

    /// <summary>Every rule with its expression as it holds, sorted by name.</summary>
    public IEnumerable<(string Name, string Expression)> Expressions => _expressions
        .OrderBy(rule => rule.Key, StringComparer.Ordinal).Select(rule => (rule.Key, rule.Value.Text));

    /// <summary>Reads the policy file; it is read at the start only.</summary>
    /// <param name="file">Its path; null: the defaults hold.</param>
    /// <exception cref="PolicyFileException">It has faults; the message tells all of them, each with its line.
    /// </exception>
    public static Policy Load(string? file)
    {
        var changed = file is { Length: > 0 } ? PolicyFile.Read(file) : [];
        var expressions = PolicyRules.All.ToDictionary(
            rule => rule.Name, rule => PolicyParser.Parse(rule.Default), StringComparer.Ordinal);
        foreach (var (name, entry) in changed)
            expressions[name] = entry.Expression;
        PolicyFileCheck.Require(file, changed, expressions);
        return new Policy(expressions);
    }

    /// <summary>Whether a caller may do something to an object.</summary>
    public bool Allows(PolicyRule rule, Caller caller, PolicyTarget target)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return Holds(rule.Name, new PolicyQuestion(this, caller, target));
    }

    /// <summary>The caller with <see cref="Caller.IsAdmin"/> as the rule <c>context_is_admin</c> has it.</summary>
    public Caller WithAdministration(Caller caller)
    {
        ArgumentNullException.ThrowIfNull(caller);
        var unranked = caller with { IsAdmin = false };
        return unranked with { IsAdmin = Allows(PolicyRules.ContextIsAdmin, unranked, PolicyTarget.Of(caller)) };
    }

    /// <summary>Whether a rule holds that another one names.</summary>
    internal bool Holds(string name, PolicyQuestion question) => _expressions[name].Holds(question);
}
