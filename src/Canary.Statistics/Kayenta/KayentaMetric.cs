namespace Canary.Statistics;

/// <summary>How Kayenta's judge treats one metric: the fields of a Kayenta canary configuration that its judge reads, with Kayenta's defaults.</summary>
/// <remarks>Immutable. Lists are kept as given and must not change.</remarks>
public sealed record KayentaMetric
{
    /// <summary>Name, to find its series and its result by.</summary>
    public required string Name { get; init; }

    /// <summary>Groups whose score it counts in; one group named as Kayenta would have it.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>The difference that matters.</summary>
    public SeriesDirection Direction { get; init; } = SeriesDirection.Either;

    /// <summary>Whether a missing point counts as 0 (<c>nanStrategy: replace</c>) rather than not at all (<c>remove</c>).</summary>
    public bool ReplacesMissing { get; init; }

    /// <summary>Whether outliers of each side are taken out first (<c>outliers.strategy: remove</c>).</summary>
    public bool RemovesOutliers { get; init; }

    /// <summary>How many interquartile ranges beyond the quartiles a point may lie. Greater than 0.</summary>
    public double OutlierFactor { get; init; } = 3.0;

    /// <summary>Whether a metric without data fails.</summary>
    public bool MustHaveData { get; init; }

    /// <summary>Whether a metric that does not pass makes the whole score 0.</summary>
    public bool IsCritical { get; init; }

    /// <summary>Whether the metric is shown but not counted.</summary>
    public bool IsMuted { get; init; }

    /// <summary>How the size of a difference is measured.</summary>
    public KayentaEffectMeasure EffectMeasure { get; init; } = KayentaEffectMeasure.MeanRatio;

    /// <summary>A higher candidate fails from this effect on; null for no difference (1, or 0.5 of <see cref="KayentaEffectMeasure.CommonLanguage"/>).</summary>
    public double? AllowedIncrease { get; init; }

    /// <summary>A lower candidate fails from this effect down; null for no difference.</summary>
    public double? AllowedDecrease { get; init; }

    /// <summary>A higher candidate is a critical failure from this effect on; null for no difference.</summary>
    public double? CriticalIncrease { get; init; }

    /// <summary>A lower candidate is a critical failure from this effect down; null for no difference.</summary>
    public double? CriticalDecrease { get; init; }

    internal double NoEffect => EffectMeasure == KayentaEffectMeasure.MeanRatio ? 1.0 : 0.5;
}
