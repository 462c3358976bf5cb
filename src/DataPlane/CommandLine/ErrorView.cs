using BackupEngine.DataPlane.Errors;

namespace BackupEngine.DataPlane.CommandLine;

/// <summary>JSON of a failure.</summary>
/// <param name="Error">What failed.</param>
internal sealed record ErrorView(ErrorView.Details Error)
{
    /// <summary>Describes a failure.</summary>
    public ErrorView(Failure failure)
        : this(new Details((int)failure.Code, failure.Kind, failure.Message))
    {
    }

    /// <summary>What failed.</summary>
    /// <param name="ExitCode">The exit code of the program.</param>
    /// <param name="Kind">The class of the failure, in a word.</param>
    /// <param name="Message">What happened, what is safe, what to do.</param>
    internal sealed record Details(int ExitCode, string Kind, string Message);
}
