using Canary.Core;
using Canary.Core.Analysis;
using Canary.Engine.Ports;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Canary.Scenarios.Crash;

/// <summary>What an engine of a test has beside the usual.</summary>
internal sealed record EngineSeat
{
    /// <summary>What stands between it and the API server; null for nothing.</summary>
    public Uri? Server { get; init; }

    /// <summary>Its clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Configuration of its Lease, which is in the namespace of its rollout; null for no Lease.</summary>
    public string[]? Lease { get; init; }

    /// <summary>Further configuration.</summary>
    public string[] Arguments { get; init; } = [];

    /// <summary>Where its logs go.</summary>
    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Makes of what the pods count what the engine reads; null reads it as it is.</summary>
    public Func<Measurement, ValueList<MetricSpec>, ValueList<PodTarget>, CancellationToken, Task<Measurement>>? Scrape { get; init; }
}
