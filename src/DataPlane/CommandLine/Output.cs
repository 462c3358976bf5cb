using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using BackupEngine.DataPlane.Errors;

namespace BackupEngine.DataPlane.CommandLine;

/// <summary>
/// What a command prints: text for people, or exactly one JSON document. Errors go to standard error in either
/// case.
/// </summary>
internal sealed class Output(bool json)
{
    private const string Program = "backup-dataplane";

    /// <summary>Whether JSON was asked for.</summary>
    public bool Json => json;

    /// <summary>Whether somebody watches: standard output is a terminal, and text was asked for.</summary>
    public bool IsTerminal => !json && !Console.IsOutputRedirected;

    /// <summary>Prints the result of a command.</summary>
    /// <param name="value">What JSON shows.</param>
    /// <param name="type">How it is written.</param>
    /// <param name="lines">What people see.</param>
    public void Result<T>(T value, JsonTypeInfo<T> type, IEnumerable<string> lines)
    {
        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(value, type));
            return;
        }

        foreach (var line in lines)
        {
            Console.Out.WriteLine(line);
        }
    }

    /// <summary>Prints a document as one line, while the command goes on.</summary>
    public static void Line<T>(T value, JsonTypeInfo<T> type) =>
        Console.Out.WriteLine(JsonSerializer.Serialize(value, type));

    /// <summary>Prints one line for people to standard error; the result says the same.</summary>
    public static void Notice(string message) => Console.Error.WriteLine($"{Program}: {message}");

    /// <summary>Prints a failure: one line, and with JSON the document as well.</summary>
    public void Failed(Failure failure)
    {
        Console.Error.WriteLine($"{Program}: {failure.Message}");
        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(new ErrorView(failure), DataPlaneJson.Default.ErrorView));
        }
    }
}
