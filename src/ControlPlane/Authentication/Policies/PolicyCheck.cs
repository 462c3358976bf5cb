using System.Text.RegularExpressions;

namespace BackupEngine.ControlPlane.Authentication.Policies;

/// <summary>
/// The single checks of an expression, <c>KIND:VALUE</c>. A value may have <c>%(project_id)s</c> and
/// <c>%(user_id)s</c> in it: those of what something is done to.
/// </summary>
internal static partial class PolicyCheck
{
    private static readonly Dictionary<string, Func<Caller, string?>> Attributes = new(StringComparer.Ordinal)
    {
        ["user_id"] = caller => caller.UserId,
        ["project_id"] = caller => caller.ProjectId,
        ["is_admin"] = caller => Word(caller.IsAdmin),
        ["is_admin_project"] = caller => Word(caller.IsAdminProject),
        // Tokens without a project are refused before a rule is asked: no caller has another scope.
        ["system_scope"] = _ => null,
        ["domain_id"] = _ => null,
    };

    private static readonly string Allowed =
        $"Checks are @, !, role:, rule:, {string.Join(", ", Attributes.Keys.Select(name => name + ":"))}";

    /// <summary>Reads one check.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static Func<PolicyQuestion, bool> Read(string word, ICollection<string> references)
    {
        if (word is "@" or "!")
            return _ => word == "@";
        var parts = word.Split(':', 2);
        if (parts.Length < 2 || parts[1].Length == 0)
            throw new FormatException($"\"{word}\" is no check. {Allowed}.");
        return parts[0] switch
        {
            "rule" => Rule(parts[1], references),
            "role" => Role(Value(parts[1])),
            var name when Attributes.TryGetValue(name, out var attribute) => Same(attribute, Value(parts[1])),
            var name => throw new FormatException($"The check \"{name}:\" is not known. {Allowed}."),
        };
    }

    private static Func<PolicyQuestion, bool> Rule(string name, ICollection<string> references)
    {
        references.Add(name);
        return question => question.Policy.Holds(name, question);
    }

    private static Func<PolicyQuestion, bool> Role(Func<PolicyTarget, string?> role) => question =>
        role(question.Target) is { } wanted
        && question.Caller.Roles.Contains(wanted, StringComparer.OrdinalIgnoreCase);

    private static Func<PolicyQuestion, bool> Same(
        Func<Caller, string?> attribute, Func<PolicyTarget, string?> value) => question =>
        attribute(question.Caller) is { } mine && string.Equals(mine, value(question.Target), StringComparison.Ordinal);

    /// <summary>A value with what it takes from the target; null where the target does not have it.</summary>
    private static Func<PolicyTarget, string?> Value(string text)
    {
        var fields = Placeholder().Matches(text);
        if (fields.Count == 0)
            return text.Contains('%', StringComparison.Ordinal)
                ? throw new FormatException($"\"{text}\" has a % that is neither %(project_id)s nor %(user_id)s.")
                : _ => text;
        foreach (Match field in fields)
        {
            if (field.Groups["field"].Value is not ("project_id" or "user_id"))
                throw new FormatException(
                    $"\"{field.Value}\" is not known. A value may have %(project_id)s and %(user_id)s in it.");
        }

        return target => fields.Any(field => Field(target, field) is null)
            ? null
            : Placeholder().Replace(text, field => Field(target, field)!);
    }

    private static string? Field(PolicyTarget target, Match field) =>
        field.Groups["field"].Value == "project_id" ? target.ProjectId : target.UserId;

    private static string Word(bool truth) => truth ? "True" : "False";

    [GeneratedRegex(@"%\((?<field>[^)]*)\)s", RegexOptions.NonBacktracking)]
    private static partial Regex Placeholder();
}
