using System.Globalization;

namespace Canary.Core.Analysis;

/// <summary>Settles, once and before the candidate gets requests, by which dispersion and which test it is judged.</summary>
/// <remarks>Source: statistics 3.2 and 3.6. What is settled later would follow the data that it judges, and the guarantee would be gone.</remarks>
internal static class SettledTerms
{
    /// <summary>Above this ratio of bad stable requests the binomial test is stronger than the count test.</summary>
    private const double CommonRatio = 0.10;

    /// <summary>Fewer stable requests do not tell what is usual.</summary>
    private const double FewestRequests = 200;

    /// <summary>Less information does not tell a dispersion from chance.</summary>
    private const double FewestInformation = 150;

    /// <summary>What is kept from one rollout to the next fades, so that it never outweighs what is new by more than this.</summary>
    private const double MostInformation = 1500;

    private const double MeasuredSeconds = 1800;
    private const double IndependentUpTo = 1.2;
    private const double Caution = 1.5;

    public static MetricTerms Of(Clustering clustering, MetricState state, Func<IReadOnlyList<double>, double> requests, Func<IReadOnlyList<double>, double> bad)
    {
        var usual = state.Blocks is [{ Exposed: false } first, ..] ? first.Stable : [];
        var count = usual.Count > 0 ? requests(usual) : 0;
        var projected = count >= FewestRequests && bad(usual) > CommonRatio * count;
        var (dispersion, basis) = Dispersion(clustering, Learned(clustering.Known, state.Dispersion));
        var attempts = clustering.RetriesPerRequest + 1;
        return attempts > dispersion ? new MetricTerms(attempts, DispersionBasis.Retries, projected) : new MetricTerms(dispersion, basis, projected);
    }

    /// <summary>What is known together, of earlier rollouts and of this one; it fades.</summary>
    public static DispersionRecord? Learned(DispersionRecord? known, DispersionRecord? now)
    {
        if (known is null || now is null)
        {
            return known ?? now;
        }

        var sum = new DispersionRecord(known.Squares + now.Squares, known.Information + now.Information, known.Seconds + now.Seconds);
        return sum.Information <= MostInformation ? sum : new DispersionRecord(sum.Squares / 2, sum.Information / 2, Math.Max(MeasuredSeconds, sum.Seconds / 2));
    }

    /// <summary>What a verdict under these terms rests on without its being measured.</summary>
    public static ValueList<string> Assumptions(MetricTerms terms, Clustering clustering)
    {
        var assumed = terms.Basis switch
        {
            DispersionBasis.Assumed => "requests fail or are slow independently of each other; the stable pods have not told enough yet to measure it",
            DispersionBasis.Given => string.Create(CultureInfo.InvariantCulture, $"at most {terms.Dispersion:0.##} requests fail or are slow together, as the template says"),
            DispersionBasis.Retries => string.Create(CultureInfo.InvariantCulture, $"a failing request is tried {clustering.RetriesPerRequest + 1} times, as the template says"),
            _ => null,
        };
        return assumed is null ? [] : [assumed];
    }

    private static (double Dispersion, DispersionBasis Basis) Dispersion(Clustering clustering, DispersionRecord? known)
    {
        if (clustering.Dispersion is { } given)
        {
            return (given, DispersionBasis.Given);
        }

        if (known is not { Information: >= FewestInformation, Seconds: >= MeasuredSeconds })
        {
            return (1, DispersionBasis.Assumed);
        }

        var measured = Math.Max(1, known.Squares / known.Information);
        return (measured <= IndependentUpTo ? 1 : Caution * measured, DispersionBasis.Measured);
    }
}
