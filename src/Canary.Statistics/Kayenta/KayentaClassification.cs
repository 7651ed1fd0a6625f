namespace Canary.Statistics;

/// <summary>What Kayenta's judge says of one metric.</summary>
public enum KayentaClassification
{
    /// <summary>No difference that matters.</summary>
    Pass,

    /// <summary>The candidate is higher.</summary>
    High,

    /// <summary>The candidate is lower.</summary>
    Low,

    /// <summary>One side has no data; the metric leaves the score alone.</summary>
    Nodata,

    /// <summary>One side has no data although the metric must have some; it counts like a failure.</summary>
    NodataFailMetric,

    /// <summary>The comparison could not be made; the metric leaves the score alone.</summary>
    Error,
}
