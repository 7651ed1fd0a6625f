namespace Canary.Benchmarks.Idle;

/// <summary>What one run of the engine's process cost.</summary>
internal sealed record IdleFacts
{
    /// <summary>The circumstances, in words.</summary>
    public required string What { get; init; }

    /// <summary>From the start of the process until it has read the cluster.</summary>
    public required TimeSpan Ready { get; init; }

    /// <summary>From the start of the process until every Rollout is healthy and had a pass.</summary>
    public required TimeSpan Settled { get; init; }

    /// <summary>Processor time until then, of all cores.</summary>
    public required TimeSpan SettledProcessor { get; init; }

    /// <summary>At the end of the idle time.</summary>
    public required ProcessFacts Facts { get; init; }

    /// <summary>Processor time while idle, as a share of one core.</summary>
    public required double Core { get; init; }

    /// <summary>Passes while idle.</summary>
    public required double Passes { get; init; }

    /// <summary>Requests to the API server while idle, by series.</summary>
    public required IReadOnlyList<(string Series, double Value)> Requests { get; init; }
}
