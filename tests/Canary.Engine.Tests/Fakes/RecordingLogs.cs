using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Canary.Engine.Tests.Fakes;

/// <summary>Keeps the names and texts of log events.</summary>
internal sealed class RecordingLogs : ILoggerFactory
{
    private readonly ConcurrentQueue<(LogLevel Level, string Event, string Text)> _events = [];

    public IReadOnlyCollection<(LogLevel Level, string Event, string Text)> Events => _events;

    public Action<string> Seen { get; set; } = _ => { };

    public int Count(string name) => _events.Count(each => each.Event == name);

    public ILogger CreateLogger(string categoryName) => new Recorder(this);

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }

    private sealed class Recorder(RecordingLogs owner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            owner._events.Enqueue((logLevel, eventId.Name ?? "", formatter(state, exception)));
            owner.Seen(eventId.Name ?? "");
        }
    }
}
