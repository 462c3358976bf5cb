namespace BackupEngine.ControlPlane.Authentication.Policies;

/// <summary>
/// Reads expressions of rules, in the language of oslo.policy: checks with <c>and</c>, <c>or</c>, <c>not</c> and
/// parentheses; <c>not</c> binds closest, then <c>and</c>. <c>@</c> and an empty text are always true, <c>!</c> never.
/// </summary>
internal sealed class PolicyParser
{
    private const int DeepestNesting = 50;
    private readonly List<string> _words;
    private readonly List<string> _references = [];
    private int _next;
    private int _depth;

    private PolicyParser(string text) => _words = [.. Words(text)];

    /// <summary>Reads an expression.</summary>
    /// <exception cref="FormatException">It is not one; the message says where and what is allowed.</exception>
    public static PolicyExpression Parse(string text)
    {
        var parser = new PolicyParser(text);
        if (parser._words.Count == 0)
            return new PolicyExpression(text, _ => true, []);
        var holds = parser.ReadAny();
        return parser._next == parser._words.Count
            ? new PolicyExpression(text, holds, parser._references)
            : throw new FormatException($"\"{parser.Next}\" was not expected there. Between checks stands and or or.");
    }

    private string? Next => _next < _words.Count ? _words[_next] : null;

    private Func<PolicyQuestion, bool> ReadAny()
    {
        var left = ReadAll();
        while (Take("or"))
        {
            var (first, second) = (left, ReadAll());
            left = question => first(question) || second(question);
        }

        return left;
    }

    private Func<PolicyQuestion, bool> ReadAll()
    {
        var left = ReadOne();
        while (Take("and"))
        {
            var (first, second) = (left, ReadOne());
            left = question => first(question) && second(question);
        }

        return left;
    }

    private Func<PolicyQuestion, bool> ReadOne()
    {
        if (++_depth > DeepestNesting)
            throw new FormatException($"It is nested more than {DeepestNesting} deep.");
        var one = Take("not") ? Not(ReadOne()) : Take("(") ? ReadGroup() : ReadCheck();
        _depth--;
        return one;
    }

    private static Func<PolicyQuestion, bool> Not(Func<PolicyQuestion, bool> holds) => question => !holds(question);

    private Func<PolicyQuestion, bool> ReadGroup()
    {
        var inner = ReadAny();
        return Take(")") ? inner : throw new FormatException("A closing parenthesis is missing.");
    }

    private Func<PolicyQuestion, bool> ReadCheck()
    {
        if (Next is not { } word)
            throw new FormatException("It ends where a check was expected.");
        if (word is ")" || IsOperator(word))
            throw new FormatException($"\"{word}\" stands where a check was expected.");
        _next++;
        return PolicyCheck.Read(word, _references);
    }

    private bool Take(string word)
    {
        var taken = word.Equals(Next, StringComparison.OrdinalIgnoreCase);
        if (taken)
            _next++;
        return taken;
    }

    private static bool IsOperator(string word) => word.ToLowerInvariant() is "and" or "or" or "not";

    /// <summary>
    /// Splits at blanks. Parentheses before and after a check are words of their own; those within it, as in
    /// <c>%(project_id)s</c>, belong to it.
    /// </summary>
    private static IEnumerable<string> Words(string text)
    {
        foreach (var part in text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            var check = part.TrimStart('(');
            for (var i = check.Length; i < part.Length; i++)
                yield return "(";
            var trimmed = check.TrimEnd(')');
            if (trimmed.Length > 0)
                yield return trimmed;
            for (var i = trimmed.Length; i < check.Length; i++)
                yield return ")";
        }
    }
}
