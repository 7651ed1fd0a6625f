namespace Canary.Statistics;

/// <summary>What the judgement of two series came to.</summary>
public enum SeriesOutcome
{
    /// <summary>Too few usable points for this confidence; nothing is said.</summary>
    TooFew,

    /// <summary>The candidate is not proven to be beyond the margin.</summary>
    Within,

    /// <summary>The candidate is proven to be higher than the margin allows.</summary>
    Higher,

    /// <summary>The candidate is proven to be lower than the margin allows.</summary>
    Lower,
}
