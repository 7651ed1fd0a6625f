namespace Canary.Core.Analysis;

/// <summary>How numbers of any meaning are judged.</summary>
public abstract record SeriesRule
{
    private SeriesRule()
    {
    }

    /// <summary>Limits on the candidate's own numbers; no comparison and no guarantee against false rollbacks.</summary>
    public sealed record Threshold : SeriesRule
    {
        /// <summary>A number above it is bad; null when there is no upper limit. At least one limit is set.</summary>
        public double? Above { get; init; }

        /// <summary>A number below it is bad; null when there is no lower limit.</summary>
        public double? Below { get; init; }

        /// <summary>So many bad numbers one after the other roll the candidate back, at least 1. Default 3.</summary>
        public int Failures { get; init; } = 3;

        /// <summary>So many numbers must have been read before the metric is accepted, and before it can fail, at least 1. Default 5.</summary>
        public int Samples { get; init; } = 5;
    }

    /// <summary>Compares the numbers of both revisions by the Mann-Whitney test, at times fixed in advance.</summary>
    public sealed record MannWhitney : SeriesRule
    {
        /// <summary>When it is looked, counted from the exposure, rising; at least one.</summary>
        public required ValueList<TimeSpan> At { get; init; }

        /// <summary>Time between two numbers that are compared. Default 60 seconds.</summary>
        public TimeSpan Step { get; init; } = TimeSpan.FromSeconds(60);

        /// <summary>A shift of up to this share of the stable median is not worse; at least 0. Default 0.25.</summary>
        public double Margin { get; init; } = 0.25;

        /// <summary>Which way is worse. Default more.</summary>
        public WorseDirection Direction { get; init; }
    }

    /// <summary>Judges as Kayenta does, for comparison with it; no guarantee against false rollbacks. All metrics with this rule are scored together.</summary>
    public sealed record Kayenta : SeriesRule
    {
        /// <summary>When it is looked, counted from the exposure, rising; at least one. The last look decides whether it is accepted.</summary>
        public required ValueList<TimeSpan> At { get; init; }

        /// <summary>Time between two numbers that are compared. Default 60 seconds.</summary>
        public TimeSpan Step { get; init; } = TimeSpan.FromSeconds(60);

        /// <summary>Which way is worse. Default more.</summary>
        public WorseDirection Direction { get; init; }

        /// <summary>A score of at least this accepts, in [0, 100]. Default 95.</summary>
        public double Pass { get; init; } = 95;

        /// <summary>A score below this rolls back, in [0, 100], at most <see cref="Pass"/>. Default 75.</summary>
        public double Marginal { get; init; } = 75;
    }
}

/// <summary>Which way numbers get worse.</summary>
public enum WorseDirection
{
    /// <summary>More is worse.</summary>
    Increase,

    /// <summary>Less is worse.</summary>
    Decrease,

    /// <summary>Any change is worse.</summary>
    Either,
}
