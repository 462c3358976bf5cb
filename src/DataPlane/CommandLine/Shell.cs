using System.CommandLine;
using System.CommandLine.Invocation;
using System.Runtime.InteropServices;
using BackupEngine.DataPlane.Errors;

namespace BackupEngine.DataPlane.CommandLine;

/// <summary>
/// Runs the command that the user typed; turns every failure into one clear line and a documented exit code.
/// </summary>
internal static class Shell
{
    /// <summary>Runs the program.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var parsed = CommandTree.Build().Parse(args);
        if (parsed.Action is ParseErrorAction)
        {
            return Refuse(parsed, args);
        }

        using var cancel = new CancellationTokenSource();
        using var interrupt = CancelOn(PosixSignal.SIGINT, cancel);
        using var terminate = CancelOn(PosixSignal.SIGTERM, cancel);
        var configuration = new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        return await parsed.InvokeAsync(configuration, cancel.Token);
    }

    /// <summary>Makes an action the action of a command.</summary>
    public static void Bind(Command command, Func<Invocation, CancellationToken, Task> action) =>
        command.SetAction((arguments, cancellationToken) => RunAsync(arguments, action, cancellationToken));

    /// <summary>Makes an action the action of a command that can end in more than one way without failing.</summary>
    public static void Bind(Command command, Func<Invocation, CancellationToken, Task<ExitCode>> action) =>
        command.SetAction((arguments, cancellationToken) => RunAsync(arguments, action, cancellationToken));

    private static Task<int> RunAsync(
        ParseResult arguments, Func<Invocation, CancellationToken, Task> action, CancellationToken cancellationToken) =>
        RunAsync(arguments, async (invocation, token) =>
        {
            await action(invocation, token);
            return ExitCode.Success;
        }, cancellationToken);

    private static async Task<int> RunAsync(
        ParseResult arguments,
        Func<Invocation, CancellationToken, Task<ExitCode>> action,
        CancellationToken cancellationToken)
    {
        var output = new Output(arguments.GetValue(CommonOptions.Json));
        using var logs = new StandardErrorLog(
            arguments.GetValue(CommonOptions.Verbose) ? LogLevel.Debug : LogLevel.Warning);
        try
        {
            return (int)await action(new Invocation(arguments, output, logs), cancellationToken);
        }
        catch (Exception e)
        {
            return Fail(e, output, logs);
        }
    }

    private static int Fail(Exception exception, Output output, StandardErrorLog logs)
    {
        var failure = Failure.Of(exception);
        if (failure.Code == ExitCode.Unexpected)
        {
            logs.CreateLogger(nameof(Shell)).LogError(exception, "A defect of this program");
        }

        output.Failed(failure);
        return (int)failure.Code;
    }

    private static int Refuse(ParseResult parsed, string[] args)
    {
        var errors = string.Join(' ', parsed.Errors.Select(error => OneLine(error.Message)));
        var help = $"See backup-dataplane {string.Join(' ', CommandNames(parsed))}--help.";
        new Output(args.Contains("--json")).Failed(new Failure(ExitCode.Usage, $"{errors} {help}"));
        return (int)ExitCode.Usage;
    }

    private static string OneLine(string text) =>
        string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static IEnumerable<string> CommandNames(ParseResult parsed) =>
        parsed.CommandResult.Command is RootCommand ? [] : [parsed.CommandResult.Command.Name + " "];

    /// <summary>The first signal asks the command to stop; the second one ends the process.</summary>
    private static PosixSignalRegistration CancelOn(PosixSignal signal, CancellationTokenSource cancel) =>
        PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = !cancel.IsCancellationRequested;
            cancel.Cancel();
        });
}
