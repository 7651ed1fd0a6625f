namespace Canary.Benchmarks.Evaluation.Sampling;

/// <summary>Numbers of independent events: exact draws from a Poisson law.</summary>
/// <remarks>
/// Small means by inversion, term after term; others by transformed rejection with squeeze (PTRS). Source: W. Hörmann, "The transformed rejection method for generating Poisson
/// random variables", Insurance: Mathematics and Economics 12 (1993). Checked against mean, variance and probabilities in SamplingTests. Immutable.
/// </remarks>
internal readonly struct PoissonLaw
{
    private const double MostByInversion = 10;
    private readonly double _mean;
    private readonly double _first; // e^-mean, or ln mean
    private readonly double _a;
    private readonly double _b;
    private readonly double _inverseAlpha;
    private readonly double _vr;

    /// <param name="mean">Finite, 0 or more.</param>
    public PoissonLaw(double mean)
    {
        _mean = mean;
        if (mean < MostByInversion)
        {
            _first = Math.Exp(-mean);
            return;
        }

        _first = Math.Log(mean);
        _b = 0.931 + 2.53 * Math.Sqrt(mean);
        _a = -0.059 + 0.02483 * _b;
        _inverseAlpha = 1.1239 + 1.1328 / (_b - 3.4);
        _vr = 0.9277 - 3.6224 / (_b - 2);
    }

    public static double Draw(Chance chance, double mean) => new PoissonLaw(mean).Draw(chance);

    public double Draw(Chance chance) => _mean < MostByInversion ? Inverted(chance.Unit()) : Rejected(chance);

    private double Inverted(double unit)
    {
        var (count, term) = (0.0, _first);
        while (unit >= term && term > 0)
        {
            unit -= term;
            count++;
            term *= _mean / count;
        }

        return count;
    }

    private double Rejected(Chance chance)
    {
        while (true)
        {
            var (u, v) = (chance.Unit() - 0.5, chance.Positive());
            var us = 0.5 - Math.Abs(u);
            var count = Math.Floor((2 * _a / us + _b) * u + _mean + 0.43);
            if (us >= 0.07 && v <= _vr)
            {
                return count;
            }

            if (count >= 0 && (us >= 0.013 || v <= us)
                && Math.Log(v) + Math.Log(_inverseAlpha) - Math.Log(_a / (us * us) + _b) <= -_mean + count * _first - Factorials.Log(count))
            {
                return count;
            }
        }
    }
}
