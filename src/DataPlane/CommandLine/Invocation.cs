using System.CommandLine;

namespace BackupEngine.DataPlane.CommandLine;

/// <summary>What a command has to work with.</summary>
/// <param name="Arguments">What the user typed.</param>
/// <param name="Output">Where its result goes.</param>
/// <param name="Logs">Where its log goes.</param>
internal sealed record Invocation(ParseResult Arguments, Output Output, ILoggerFactory Logs);
