using Microsoft.Extensions.Logging;

namespace BackupEngine.DataPlane.Tests.Backup;

/// <summary>A log in which nothing critical may appear.</summary>
internal sealed class StrictLogger<T> : ILogger<T>
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (logLevel == LogLevel.Critical)
        {
            throw new InvalidOperationException(formatter(state, exception));
        }
    }
}
