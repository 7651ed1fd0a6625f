namespace Canary.Statistics;

/// <summary>How Kayenta's judge measures the size of a difference.</summary>
public enum KayentaEffectMeasure
{
    /// <summary>Mean of the candidate over mean of the baseline; 1 is no difference.</summary>
    MeanRatio,

    /// <summary>Probability that a point of the candidate is above one of the baseline (common-language effect size); 0.5 is no difference.</summary>
    CommonLanguage,
}
