using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace BackupEngine.ControlPlane.Authentication.Policies;

/// <summary>
/// Reads a policy file: <c>"rule": "expression"</c>, one beneath the other as YAML or as a JSON object, which is YAML
/// too.
/// </summary>
internal static class PolicyFile
{
    private const int LongestFileBytes = 1 << 20;

    /// <summary>Reads the file.</summary>
    /// <exception cref="PolicyFileException">It has faults.</exception>
    public static Dictionary<string, PolicyFileEntry> Read(string path)
    {
        var text = Text(path);
        var entries = new Dictionary<string, PolicyFileEntry>(StringComparer.Ordinal);
        var faults = new List<string>();
        try
        {
            using var reader = new StringReader(text);
            Read(new Parser(reader), entries, faults);
        }
        catch (YamlException e)
        {
            faults.Add(At(e.Start.Line, $"it is neither YAML nor JSON: {e.Message}"));
        }

        return faults.Count == 0 ? entries : throw Faulty(path, faults);
    }

    /// <summary>The refusal of a file.</summary>
    public static PolicyFileException Faulty(string? path, IEnumerable<string> faults) =>
        new(string.Join(Environment.NewLine, faults.Select(fault => $"PolicyFile {path}, {fault}")));

    /// <summary>A fault with its line.</summary>
    public static string At(long line, string fault) => $"line {line}: {fault}";

    private static string Text(string path)
    {
        try
        {
            return new FileInfo(path).Length <= LongestFileBytes
                ? File.ReadAllText(path)
                : throw new PolicyFileException($"PolicyFile {path} has more than {LongestFileBytes} bytes.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PolicyFileException($"PolicyFile {path} cannot be read: {e.Message}", e);
        }
    }

    private static void Read(Parser parser, Dictionary<string, PolicyFileEntry> entries, List<string> faults)
    {
        parser.Consume<StreamStart>();
        if (parser.Accept<StreamEnd>(out _))
            return;
        parser.Consume<DocumentStart>();
        if (parser.TryConsume<Scalar>(out var only))
        {
            if (only.Value.Length > 0)
                faults.Add(At(only.Start.Line, "rules are expected: \"rule\": \"expression\"."));
            return;
        }

        if (!parser.TryConsume<MappingStart>(out _))
        {
            faults.Add(At(parser.Current!.Start.Line, "rules are expected: \"rule\": \"expression\"."));
            return;
        }

        while (!parser.TryConsume<MappingEnd>(out _))
            ReadEntry(parser, entries, faults);
    }

    private static void ReadEntry(Parser parser, Dictionary<string, PolicyFileEntry> entries, List<string> faults)
    {
        if (!parser.TryConsume<Scalar>(out var name) || !parser.TryConsume<Scalar>(out var expression))
        {
            faults.Add(At(parser.Current!.Start.Line, "a rule and its expression are texts. Write a list as "
                + "\"role:a or role:b\"."));
            parser.SkipThisAndNestedEvents();
            return;
        }

        try
        {
            var entry = new PolicyFileEntry(PolicyParser.Parse(expression.Value), name.Start.Line);
            if (!entries.TryAdd(name.Value, entry))
                faults.Add(At(name.Start.Line, $"{name.Value} is there twice."));
        }
        catch (FormatException e)
        {
            faults.Add(At(expression.Start.Line, $"{name.Value}: {e.Message}"));
        }
    }
}
