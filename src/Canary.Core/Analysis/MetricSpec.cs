namespace Canary.Core.Analysis;

/// <summary>One metric to judge by, with every argument filled in.</summary>
public abstract record MetricSpec
{
    private MetricSpec()
    {
    }

    /// <summary>The metric's name, unique within a rollout.</summary>
    public required string Name { get; init; }

    /// <summary>Whether a step can pass only when this metric was accepted. Default true.</summary>
    public bool Required { get; init; } = true;

    /// <summary>The metric's share of the false-rollback budget, relative to the others' shares; greater than 0.</summary>
    public double Share { get; init; } = 1;

    /// <summary>Where each pod tells its counters.</summary>
    public required ScrapeSpec Scrape { get; init; }

    /// <summary>What counts as worse, and what as good enough.</summary>
    public required Margins Margins { get; init; }

    /// <summary>The ratio of failed requests.</summary>
    public sealed record ErrorRate : MetricSpec
    {
        /// <summary>Series that count requests; a series counts when one selector matches it. At least one.</summary>
        public required ValueList<SeriesSelector> Requests { get; init; }

        /// <summary>Series, among the requests, that count failed ones. At least one.</summary>
        public required ValueList<SeriesSelector> Errors { get; init; }
    }

    /// <summary>The distribution of response times.</summary>
    public sealed record Latency : MetricSpec
    {
        /// <summary>The histogram, without the suffix <c>_bucket</c>.</summary>
        public required SeriesSelector Histogram { get; init; }

        /// <summary>Milliseconds per unit of the histogram's bounds: 1 or 1000.</summary>
        public double MillisecondsPerUnit { get; init; } = 1;
    }
}

/// <summary>How much worse a candidate may be.</summary>
/// <param name="Ratio">A candidate up to this many times the stable revision's rate is never rolled back for it; at least 1. Default 1.10.</param>
/// <param name="Difference">Added to the former, as a ratio in [0, 1). Default 0.</param>
/// <param name="AcceptRatio">A candidate is accepted when it is shown to be below this many times the stable rate; at least 1. Default 1.5.</param>
/// <param name="AcceptDifference">Added to the former, as a ratio in [0, 1). Default 0.</param>
public sealed record Margins(double Ratio = 1.10, double Difference = 0, double AcceptRatio = 1.5, double AcceptDifference = 0);

/// <summary>The address on a pod that tells its counters.</summary>
/// <param name="Port">The port's number or name; null takes the pod's annotation <c>prometheus.io/port</c>, else 15020.</param>
/// <param name="Path">The path; null takes the pod's annotation <c>prometheus.io/path</c>, else <c>/stats/prometheus</c>.</param>
public sealed record ScrapeSpec(string? Port, string? Path);

/// <summary>Selects time series as Prometheus does.</summary>
/// <param name="Metric">The metric's name.</param>
/// <param name="Matchers">All must hold; a label that is absent is the empty string.</param>
public sealed record SeriesSelector(string Metric, ValueList<LabelMatcher> Matchers);

/// <summary>One condition on a label.</summary>
/// <param name="Label">The label's name.</param>
/// <param name="Operator">How it is compared.</param>
/// <param name="Value">The value, or a regular expression that must match the whole value.</param>
public sealed record LabelMatcher(string Label, MatchOperator Operator, string Value);

/// <summary>How a label is compared.</summary>
public enum MatchOperator
{
    /// <summary><c>=</c></summary>
    Equal,

    /// <summary><c>!=</c></summary>
    NotEqual,

    /// <summary><c>=~</c></summary>
    Matches,

    /// <summary><c>!~</c></summary>
    NotMatches,
}
