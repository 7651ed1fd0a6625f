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

    /// <summary>The metric's share of the false-rollback budget, relative to the others' shares; greater than 0. Without meaning where <see cref="Stakes"/> is false.</summary>
    public double Share { get; init; } = 1;

    /// <summary>Where each pod tells its counters.</summary>
    public required ScrapeSpec Scrape { get; init; }

    /// <summary>What earlier rollouts told of the stable pods among themselves, as numbers of <see cref="MetricState.Learned"/>; empty when nothing.</summary>
    public ValueList<double> Known { get; init; } = [];

    /// <summary>Whether its evidence is part of the combined evidence, and so has a share of the budget. Fixed by the spec: what the measurements say must not move the shares.</summary>
    public abstract bool Stakes { get; }

    /// <summary>The ratio of failed requests.</summary>
    public sealed record ErrorRate : MetricSpec
    {
        /// <summary>What counts as worse, and what as good enough.</summary>
        public required Margins Margins { get; init; }

        /// <summary>What is assumed of requests that fail together.</summary>
        public Clustering Clustering { get; init; } = new();

        /// <inheritdoc />
        public override bool Stakes => true;

        /// <summary>Series that count requests; a series counts when one selector matches it. At least one.</summary>
        public required ValueList<SeriesSelector> Requests { get; init; }

        /// <summary>Series, among the requests, that count failed ones. At least one.</summary>
        public required ValueList<SeriesSelector> Errors { get; init; }
    }

    /// <summary>The distribution of response times, or the ratio of requests slower than an objective.</summary>
    public sealed record Latency : MetricSpec
    {
        /// <summary>What counts as worse, and what as good enough.</summary>
        public required Margins Margins { get; init; }

        /// <summary>What is assumed of requests that are slow together.</summary>
        public Clustering Clustering { get; init; } = new();

        /// <summary>A bound of the histogram in milliseconds: then only the ratio of slower requests is judged, as a ratio of errors. Null judges the whole distribution.</summary>
        public double? SlowerThan { get; init; }

        /// <inheritdoc />
        public override bool Stakes => true;

        /// <summary>The histogram, without the suffix <c>_bucket</c>.</summary>
        public required SeriesSelector Histogram { get; init; }

        /// <summary>Milliseconds per unit of the histogram's bounds: 1 or 1000.</summary>
        public double MillisecondsPerUnit { get; init; } = 1;
    }

    /// <summary>A level such as CPU, memory or the length of a queue, of which more is worse.</summary>
    public sealed record Gauge : MetricSpec
    {
        /// <summary>The series; at least one selector.</summary>
        public required ValueList<SeriesSelector> Selectors { get; init; }

        /// <summary>How the matching series of one pod become one number; pods are averaged. Default the sum.</summary>
        public Combining Combine { get; init; }

        /// <summary>A candidate up to this many times the stable revision's level is not worse; at least 1. Default 1.10.</summary>
        public double MarginRatio { get; init; } = 1.10;

        /// <summary>Whether the candidate may be rolled back for it, once there is an hour of history of the stable pods among themselves; otherwise it holds and warns. Default false.</summary>
        public bool RollsBack { get; init; }

        /// <inheritdoc />
        public override bool Stakes => RollsBack;
    }

    /// <summary>Numbers of any meaning, one from each pod in each round, judged by a rule of one's own.</summary>
    public sealed record Series : MetricSpec
    {
        /// <summary>The series; at least one selector.</summary>
        public required ValueList<SeriesSelector> Selectors { get; init; }

        /// <summary>How the matching series of one pod become one number; pods are averaged. Default the sum.</summary>
        public Combining Combine { get; init; }

        /// <summary>How they are judged.</summary>
        public required SeriesRule Rule { get; init; }

        /// <inheritdoc />
        public override bool Stakes => Rule is SeriesRule.MannWhitney;
    }

    /// <summary>The share of the completed requests that are the candidate's: it warns when requests hang, get lost or go astray.</summary>
    public sealed record Traffic : MetricSpec
    {
        /// <summary>Series that count completed requests. At least one selector.</summary>
        public required ValueList<SeriesSelector> Requests { get; init; }

        /// <summary>The candidate's traffic may be this many times more or less than the weight gives it; above 1. Default 1.25.</summary>
        public double Tolerance { get; init; } = 1.25;

        /// <summary>Mean requests of a whole session, when users or connections stay with one revision; at least 1. Default 1: each request is dealt on its own.</summary>
        public double RequestsPerSession { get; init; } = 1;

        /// <inheritdoc />
        public override bool Stakes => false;
    }

    /// <summary>An absolute limit: beyond it the candidate is rolled back at once, whatever the stable revision does.</summary>
    public sealed record Guard : MetricSpec
    {
        /// <summary>Series that count requests. At least one selector.</summary>
        public required ValueList<SeriesSelector> Requests { get; init; }

        /// <summary>Series, among the requests, that count failed ones. At least one selector.</summary>
        public required ValueList<SeriesSelector> Errors { get; init; }

        /// <summary>The highest ratio of failed requests, in (0, 1). Default 0.20.</summary>
        public double MostErrors { get; init; } = 0.20;

        /// <summary>Fewer requests within the window say nothing; at least 1. Default 50.</summary>
        public double FewestRequests { get; init; } = 50;

        /// <summary>The longest time over which they are counted until there are enough. Default 60 seconds.</summary>
        public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(60);

        /// <inheritdoc />
        public override bool Stakes => false;
    }
}

/// <summary>How numbers of several series become one.</summary>
public enum Combining
{
    /// <summary>Their sum.</summary>
    Sum,

    /// <summary>Their mean.</summary>
    Mean,

    /// <summary>The largest.</summary>
    Max,

    /// <summary>The smallest.</summary>
    Min,
}

/// <summary>What is assumed of requests that fail, or are slow, together.</summary>
/// <param name="Dispersion">How many do, at least 1; null takes what was measured of the stable pods among themselves, else 1.</param>
/// <param name="RetriesPerRequest">How often clients retry a request, at least 0: so many more fail together. Default 0.</param>
/// <param name="Robust">Whether a second, self-normalised test must agree before the candidate is rolled back: it survives outages of one revision that last for a while, and takes two to three times as long.</param>
public sealed record Clustering(double? Dispersion = null, int RetriesPerRequest = 0, bool Robust = false);

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
