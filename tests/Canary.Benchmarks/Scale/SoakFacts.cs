using Canary.Benchmarks.Idle;

namespace Canary.Benchmarks.Scale;

/// <summary>What was seen of the engine while rollouts came and went.</summary>
internal sealed record SoakFacts
{
    /// <summary>The process, from time to time.</summary>
    public required IReadOnlyList<(TimeSpan At, ProcessFacts Facts)> Samples { get; init; }

    /// <summary>Its processor time, as a share of one core.</summary>
    public required double Core { get; init; }

    /// <summary>What was done to the rollouts.</summary>
    public required IReadOnlyDictionary<string, int> Done { get; init; }

    public required double Passes { get; init; }

    public required double Requests { get; init; }

    public required double Rounds { get; init; }

    /// <summary>How the rollouts ended that are still remembered.</summary>
    public required IReadOnlyDictionary<string, int> Outcomes { get; init; }

    /// <summary>The samples that count: those of the last two thirds.</summary>
    public IReadOnlyList<(TimeSpan At, ProcessFacts Facts)> Counted => [.. Samples.Where(sample => sample.At >= Samples[^1].At / 3)];

    /// <summary>Bytes of own memory a second.</summary>
    public Slope Slope => Slope.Of([.. Counted.Select(sample => (sample.At.TotalSeconds, (double)sample.Facts.Own))]);
}
