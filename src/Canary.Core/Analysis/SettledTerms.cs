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

    public static MetricTerms Of(Clustering clustering, ValueList<double> known, MetricState state, Func<IReadOnlyList<double>, double> requests, Func<IReadOnlyList<double>, double> bad)
    {
        var usual = state.Blocks is [{ Exposed: false } first, ..] ? first.Stable : [];
        var count = usual.Count > 0 ? requests(usual) : 0;
        var projected = count >= FewestRequests && bad(usual) > CommonRatio * count;
        var (dispersion, basis) = Dispersion(clustering, StablePeers.Known(known, state.Learned));
        var attempts = clustering.RetriesPerRequest + 1;
        return attempts > dispersion ? new MetricTerms(attempts, DispersionBasis.Retries, projected) : new MetricTerms(dispersion, basis, projected);
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

    private static (double Dispersion, DispersionBasis Basis) Dispersion(Clustering clustering, ValueList<double> known) =>
        clustering.Dispersion is { } given ? (given, DispersionBasis.Given)
        : StablePeers.Estimate(known)?.Factor is { } measured ? (measured, DispersionBasis.Measured)
        : (1, DispersionBasis.Assumed);
}
