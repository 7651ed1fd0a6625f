namespace Canary.Statistics;

/// <summary>Defaults of the tests, each with its unit. A property that has a default takes it from here.</summary>
/// <remarks>Source: the simulations of docs/analysis.md; they are the values under which false alarms and delays were measured.</remarks>
public static class StatisticsDefaults
{
    /// <summary>Probability that a rollout of an equally good version is ever rolled back, over all metrics, steps and looks. In (0, 1).</summary>
    public const double FalseRollbackProbability = 0.01;

    /// <summary>Probability that a version at or beyond the acceptance margin is ever accepted. In (0, 1).</summary>
    public const double FalseAcceptanceProbability = 0.05;

    /// <summary>Confidence sequences for display miss the truth at any time with at most this probability. In (0, 1).</summary>
    public const double IntervalErrorProbability = 0.05;

    /// <summary>Length of one block of measurements, seconds.</summary>
    public const double BlockSeconds = 10;

    /// <summary>Longest sensible block, seconds: a decision can come no sooner than its block ends.</summary>
    public const double LongestBlockSeconds = 60;

    /// <summary>Traffic ignored in both arms after pods become ready, seconds.</summary>
    public const double WarmUpSeconds = 60;

    /// <summary>A candidate whose error rate is up to this many times the baseline's is not worse. Greater than 0.</summary>
    public const double RollbackMarginRatio = 1.10;

    /// <summary>Added to the margin, a share of requests in [0, 1). Of the order of the baseline's error ratio it already hides a doubling.</summary>
    public const double RollbackMarginDifference = 0;

    /// <summary>A candidate proven to stay under this many times the baseline's rate is accepted. Greater than 0.</summary>
    public const double AcceptanceMarginRatio = 1.5;

    /// <summary>Added to the acceptance margin, a share of requests in [0, 1).</summary>
    public const double AcceptanceMarginDifference = 0;

    /// <summary>The acceptance margin of half a percentage point, for services with so few errors that a ratio alone takes too long. A share of requests.</summary>
    public const double AlternativeAcceptanceMarginDifference = 0.005;

    /// <summary>Requests that fail together, at most; 1 means that requests are independent. At least 1.</summary>
    public const double Dispersion = 1;

    /// <summary>Share of the budget of a rollback test that is staked at first exposure when later steps are planned, in (0, 1]; they share the rest.</summary>
    public const double FirstStake = 0.5;

    /// <summary>Share of the budget for error rates, in [0, 1].</summary>
    public const double ErrorWeight = 0.4;

    /// <summary>Share of the budget for latency, in [0, 1].</summary>
    public const double LatencyWeight = 0.3;

    /// <summary>Share of the budget for all other metrics together, in [0, 1].</summary>
    public const double OtherWeight = 0.3;

    /// <summary>Half-life of the running baseline latency distribution, blocks (5 minutes of 10-second blocks).</summary>
    public const double LatencyHalfLifeBlocks = 30;

    /// <summary>Requests added to each bucket of the running baseline latency distribution, so that no bucket is impossible.</summary>
    public const double LatencySmoothing = 1e-3;

    /// <summary>A candidate whose gauge is up to this many times the baseline's is not worse. Greater than 0.</summary>
    public const double GaugeMargin = 1.10;

    /// <summary>Readings of a gauge averaged into one when nothing is known of its history (300 seconds of 10-second readings).</summary>
    public const int GaugeReadingsPerBlock = 30;

    /// <summary>Difference of a gauge that the test with history is quickest to see, a natural logarithm (about 10 %).</summary>
    public const double GaugeExpectedLogDifference = 0.10;

    /// <summary>Allowed shift of a series of arbitrary numbers, a share of the baseline's median. 0 or more.</summary>
    public const double SeriesMargin = 0.10;

    /// <summary>Baseline requests needed before latency alternatives can be made from them.</summary>
    public const double LatencyMinimumReferenceRequests = 500;

    /// <summary>Half-life of the running baseline rate of a binomial test, blocks (5 minutes of 10-second blocks).</summary>
    public const double BaselineRateHalfLifeBlocks = 30;

    /// <summary>A candidate that completes requests at this multiple of the planned odds or more is not hanging. In (0, 1].</summary>
    public const double LeastShareRatio = 0.8;

    /// <summary>A candidate that completes requests at this multiple of the planned odds or less gets what it should. At least 1.</summary>
    public const double MostShareRatio = 1.25;

    /// <summary>Least information (bad requests times the variance of their split) of a dispersion that may be relied on.</summary>
    public const double DispersionInformation = 150;

    /// <summary>Least time of a dispersion that may be relied on, seconds.</summary>
    public const double DispersionSeconds = 1800;

    /// <summary>A measured dispersion up to this is taken for 1: chance alone makes as much. At least 1.</summary>
    public const double HarmlessDispersion = 1.2;

    /// <summary>A larger measured dispersion is multiplied by this. At least 1.</summary>
    public const double DispersionSafety = 1.5;

    /// <summary>Standard normal quantile of 99 %: how far pods that differ for good may drift apart by chance.</summary>
    public const double PodEffectQuantile = 2.33;

    /// <summary>Sum of squared deviations, in squared bad requests, at which the self-normalised test is tightest. Greater than 0.</summary>
    public const double SelfNormalisedTuning = 3;

    /// <summary>Measured delay of the count test over the information bound; multiplies planned times.</summary>
    public const double DelayFactor = 1.3;

    /// <summary>The chance with which a plan should see what it is to see, in (0, 1).</summary>
    public const double WantedPower = 0.8;

    /// <summary>Time from the end of a block until its verdict has taken the traffic away, seconds; beside the block itself.</summary>
    public const double ReactionSeconds = 10;

    /// <summary>The 12 alternatives of the rollback side: ratios of the candidate's rate to the margin, each greater than 1.</summary>
    public static NumberList RollbackGrid { get; } = [1.1, 1.2, 1.35, 1.5, 1.75, 2, 2.5, 3.5, 5, 10, 30, 100];

    /// <summary>
    /// Weights of the rollback side's alternatives, of any sum. Most of a budget is best laid on regressions of 1.35 to 20 times, since smaller ones are beyond most traffic and larger ones are found in
    /// any case: over error rates, traffic and weights the median delay is 1.18 times the information bound, 1.25 with equal weights.
    /// </summary>
    public static NumberList RollbackWeights { get; } = [1, 4, 8, 10, 10, 10, 10, 8, 8, 8, 6, 5];

    /// <summary>The 8 alternatives of a share test below its tolerance: multiples of the tolerated odds, each in (0, 1).</summary>
    public static NumberList FewerGrid { get; } = [0.02, 0.1, 0.25, 0.45, 0.6, 0.75, 0.87, 0.94];

    /// <summary>Weights that plans are made of, shares of the requests, each in (0, 1).</summary>
    public static NumberList PlanWeights { get; } = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5];

    /// <summary>The 8 alternatives of the acceptance side: ratios of the candidate's rate to the margin, each in (0, 1).</summary>
    public static NumberList AcceptanceGrid { get; } = [0.02, 0.2, 0.4, 0.55, 0.67, 0.78, 0.87, 0.94];

    /// <summary>Weights of the acceptance side's alternatives, of any sum; equally good candidates are accepted 8 % sooner than with equal weights, on average over margins and traffic.</summary>
    public static NumberList AcceptanceWeights { get; } = [3, 6, 8, 10, 10, 7, 3, 1];
}
