using BackupEngine.Chunkstore.Errors;
using BackupEngine.DataPlane.Devices;

namespace BackupEngine.DataPlane.Errors;

/// <summary>An exception as operators and callers see it: a documented class and one clear line.</summary>
/// <param name="Code">The class.</param>
/// <param name="Message">What happened, what is safe, what to do; one line.</param>
public sealed record Failure(ExitCode Code, string Message)
{
    private const int NoSpaceErrno = 28; // ENOSPC, asm-generic/errno-base.h
    private const int QuotaErrno = 122; // EDQUOT, asm-generic/errno.h

    /// <summary>The word for the class in JSON.</summary>
    public string Kind => Code switch
    {
        ExitCode.Usage => "usage",
        ExitCode.Device => "device",
        ExitCode.Repository => "repository",
        ExitCode.CorruptData => "corrupt_data",
        ExitCode.Backup => "backup",
        ExitCode.NoSpace => "no_space",
        ExitCode.Key => "key",
        ExitCode.Protected => "protected",
        ExitCode.Cancelled => "cancelled",
        _ => "unexpected",
    };

    /// <summary>Classifies an exception that ended a command or a job.</summary>
    public static Failure Of(Exception exception) => new(Classify(exception), OneLine(exception));

    private static ExitCode Classify(Exception exception) => exception switch
    {
        UsageException => ExitCode.Usage,
        OperationCanceledException => ExitCode.Cancelled,
        TargetIncompleteException { InnerException: { } cause } => Classify(cause),
        DeviceException { Errno: NoSpaceErrno or QuotaErrno } => ExitCode.NoSpace,
        DeviceException => ExitCode.Device,
        RepositoryFullException => ExitCode.NoSpace,
        RepositoryKeyException => ExitCode.Key,
        CorruptDataException => ExitCode.CorruptData,
        BackupProtectedException => ExitCode.Protected,
        BackupNotFoundException or BackupExistsException => ExitCode.Backup,
        RepositoryException => ExitCode.Repository,
        IOException { HResult: NoSpaceErrno or QuotaErrno } => ExitCode.NoSpace,
        IOException or UnauthorizedAccessException => ExitCode.Repository,
        _ => ExitCode.Unexpected,
    };

    private static string OneLine(Exception exception)
    {
        var text = exception switch
        {
            OperationCanceledException when exception.GetType() != typeof(OperationCanceledException) => "Cancelled.",
            _ when Classify(exception) == ExitCode.Unexpected =>
                $"Unexpected {exception.GetType().Name}: {exception.Message}",
            _ => exception.Message,
        };
        return text.ReplaceLineEndings(" ").Trim();
    }
}
