using Canary.Benchmarks.Evaluation.Sampling;

namespace Canary.Benchmarks.Evaluation.Worlds;

/// <summary>How many requests fail together.</summary>
/// <param name="Mean">Mean size.</param>
/// <param name="Draw">A size, at least 1; null for requests that fail alone.</param>
internal sealed record ClusterLaw(double Mean, Func<Chance, double>? Draw)
{
    public static ClusterLaw Single { get; } = new(1, null);

    /// <summary>Bad requests of which so many are expected.</summary>
    public double Bad(Chance chance, double expected) => Bad(chance, new PoissonLaw(expected / Mean));

    /// <summary>Bad requests of a random number of clusters.</summary>
    public double Bad(Chance chance, in PoissonLaw clusters)
    {
        var events = clusters.Draw(chance);
        if (Draw is null)
        {
            return events;
        }

        var bad = 0.0;
        for (var i = 0; i < events; i++)
        {
            bad += Draw(chance);
        }

        return bad;
    }

    public static ClusterLaw Exactly(int size) => new(size, _ => size);

    /// <summary>Retries until one succeeds: sizes 1, 2, ... with a constant probability of going on.</summary>
    public static ClusterLaw Geometric(double mean)
    {
        var goesOn = Math.Log(1 - 1 / mean);
        return new(mean, chance => 1 + Math.Floor(Math.Log(chance.Positive()) / goesOn));
    }

    /// <summary>Mostly alone, sometimes many at once.</summary>
    public static ClusterLaw Mixed(double share, int size) => new(1 - share + share * size, chance => chance.Happens(share) ? size : 1);
}
