using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace BackupEngine.ControlPlane.Tests.Api;

/// <summary>Keeps the errors that were logged.</summary>
internal sealed class ErrorCounter : ILoggerProvider, ILogger
{
    public ConcurrentQueue<string> Logged { get; } = new();

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
            Logged.Enqueue($"{formatter(state, exception)} {exception}");
    }

    public void Dispose()
    {
    }
}
