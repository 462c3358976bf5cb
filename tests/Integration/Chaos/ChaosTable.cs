using System.Globalization;
using BackupEngine.Integration.Chaos.Matrix;

namespace BackupEngine.Integration.Chaos;

/// <summary>
/// Prints a line for each case; where BACKUPENGINE_CHAOS_TABLE names a file, to its end too, as soon as it is known.
/// </summary>
internal sealed class ChaosTable
{
    private const int OutcomeWidth = 100;
    private static readonly string? File = Environment.GetEnvironmentVariable("BACKUPENGINE_CHAOS_TABLE");

    private readonly List<string> _broken = [];
    private int _cases;

    public IReadOnlyList<string> Broken => _broken;

    /// <summary>Adds the cases of a round.</summary>
    /// <param name="host">Where they began.</param>
    /// <param name="cases">The cases.</param>
    public void Add(string host, IReadOnlyList<ChaosCase> cases)
    {
        foreach (var ended in cases)
        {
            _cases++;
            var outcome = ended.Outcome.ReplaceLineEndings(" ");
            outcome = outcome.Length > OutcomeWidth ? outcome[..OutcomeWidth] : outcome;
            Print(string.Create(
                CultureInfo.InvariantCulture,
                $"{ended.Moment.Workflow,-7} {ended.Moment.Step,2} {Name(ended.Moment),-24} {ended.Fault,-18} {host} "
                + $"{(ended.Broken.Count == 0 ? "held  " : "BROKEN")} {ended.Took.TotalSeconds,6:0.0} s  {outcome}"));
            foreach (var broken in ended.Broken)
            {
                _broken.Add($"{ended}: {broken}");
                Print("        " + broken.ReplaceLineEndings("\n        "));
            }
        }
    }

    /// <summary>The last line.</summary>
    public string Summarize(int seed)
    {
        var line = string.Create(
            CultureInfo.InvariantCulture, $"chaos: {_cases} cases, {_broken.Count} broken promises (seed {seed})");
        Print(line);
        return line;
    }

    private static string Name(Moment moment) => $"{moment.Line} {moment.Outcome}";

    private static void Print(string line)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(line);
        if (File is { Length: > 0 })
            System.IO.File.AppendAllText(File, line + "\n");
    }
}
