using System.Globalization;
using System.Text;

namespace BackupEngine.ControlPlaneBench;

/// <summary>A table in Markdown.</summary>
internal sealed class ReportTable(params string[] columns)
{
    private readonly List<string[]> _rows = [];

    public void Add(params object[] cells) => _rows.Add([.. cells.Select(Text)]);

    public override string ToString()
    {
        var text = new StringBuilder();
        Append(text, columns);
        Append(text, columns.Select((_, index) => index == 0 ? "---" : "---:"));
        foreach (var row in _rows)
            Append(text, row);
        return text.ToString();
    }

    private static void Append(StringBuilder text, IEnumerable<string> cells) =>
        text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");

    private static string Text(object cell) => cell switch
    {
        double number => number.ToString(number >= 100 ? "#,0" : "0.0", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString("#,0", CultureInfo.InvariantCulture),
        _ => $"{cell}",
    };
}
