namespace BackupEngine.DataPlane.CommandLine;

/// <summary>
/// The log of a command: one line on standard error for each entry, as the framework's own console log writes it.
/// Setting that one up takes a part of a short run that can be seen. Safe to use from many threads.
/// </summary>
internal sealed class StandardErrorLog(LogLevel minimum) : ILoggerFactory
{
    private readonly Lock _gate = new();

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    /// <summary>Not supported: there is one place for the log.</summary>
    public void AddProvider(ILoggerProvider provider) =>
        throw new NotSupportedException("The log of a command goes to standard error only.");

    /// <summary>Nothing: every entry was written at once.</summary>
    public void Dispose()
    {
    }

    private bool Shows(LogLevel level) => level >= minimum && level != LogLevel.None;

    private void Write(string line)
    {
        lock (_gate)
        {
            Console.Error.WriteLine(line);
        }
    }

    private static string Name(LogLevel level) => level switch
    {
        LogLevel.Trace => "trce",
        LogLevel.Debug => "dbug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "fail",
        _ => "crit",
    };

    private sealed class Logger(StandardErrorLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => log.Shows(logLevel);

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                var line = $"{Name(logLevel)}: {category}[{eventId.Id}] {formatter(state, exception)}";
                log.Write((exception is null ? line : $"{line} {exception}").ReplaceLineEndings(" "));
            }
        }
    }
}
