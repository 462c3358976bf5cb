namespace BackupEngine.Chunkstore.Tests.CrashSafety;

/// <summary>What has been said about something of the repository from a moment on.</summary>
/// <param name="Time">The moment, by the clock of the disk.</param>
/// <param name="Subject">A backup, a key, or the repository.</param>
/// <param name="Kind">What was said.</param>
internal sealed record Promise(long Time, string Subject, PromiseKind Kind);

/// <summary>What must be so after a loss of power.</summary>
internal enum PromiseKind
{
    /// <summary>It never was, or it is reported as gone.</summary>
    IsNot,

    /// <summary>It is being made or removed: whole or not there.</summary>
    MayBe,

    /// <summary>It is reported as done.</summary>
    Is,
}
