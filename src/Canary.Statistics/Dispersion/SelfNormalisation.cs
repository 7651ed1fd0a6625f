namespace Canary.Statistics;

/// <summary>By what a self-normalised test measures chance.</summary>
public enum SelfNormalisation
{
    /// <summary>By the squares of the deviations alone, whatever makes them large. For deviations that are as likely up as down.</summary>
    Squares,

    /// <summary>One part squares, two parts the variance of independent requests (Delyon): exact for independent requests on the margin, less robust.</summary>
    Delyon,
}
