namespace Canary.Statistics;

/// <summary>What Kayenta makes of the summary score.</summary>
public enum KayentaGrade
{
    /// <summary>Below the marginal score.</summary>
    Fail,

    /// <summary>At the marginal score or above, below the passing one.</summary>
    Marginal,

    /// <summary>At the passing score or above.</summary>
    Pass,
}
