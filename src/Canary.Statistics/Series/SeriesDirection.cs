namespace Canary.Statistics;

/// <summary>Which difference between two series matters.</summary>
public enum SeriesDirection
{
    /// <summary>Both.</summary>
    Either,

    /// <summary>The candidate is higher.</summary>
    Higher,

    /// <summary>The candidate is lower.</summary>
    Lower,
}
