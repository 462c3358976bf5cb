using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using BackupEngine.ControlPlane.Workflows;
using Xunit;

namespace BackupEngine.ControlPlane.Tests.Workflows;

/// <summary>The list of steps in the code and the tables in docs/workflow.md are one list.</summary>
public sealed partial class WorkflowStepTests
{
    [Fact]
    public void The_document_names_every_step_and_no_other()
    {
        var code = typeof(WorkflowStep).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => field.GetValue(null)).OfType<WorkflowStep>();
        var document = Row().Matches(File.ReadAllText(FindDocument())).Select(row => new WorkflowStep(
            int.Parse(row.Groups["number"].ValueSpan, CultureInfo.InvariantCulture), row.Groups["name"].Value));
        Assert.Equal(Sorted(code), Sorted(document));
    }

    private static string[] Sorted(IEnumerable<WorkflowStep> steps) =>
        [.. steps.Select(step => step.ToString()).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private static string FindDocument()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "BackupEngine.sln")))
        {
            folder =
                folder.Parent ?? throw new InvalidOperationException("These tests run from a build of the checkout.");
        }

        return Path.Combine(folder.FullName, "docs", "workflow.md");
    }

    [GeneratedRegex(
        @"^\| (?<number>\d+) \| (?<name>[a-z-]+) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Row();
}
