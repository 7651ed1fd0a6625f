namespace Canary.Benchmarks.Evaluation.Sampling;

/// <summary>How many of some requests are bad: exact draws from binomial and multinomial laws.</summary>
/// <remarks>
/// Few expected by inversion, others by transformed rejection with squeeze (BTRS). Source: W. Hörmann, "The generation of binomial random variates", Journal of Statistical
/// Computation and Simulation 46 (1993). Checked in SamplingTests. Thread-safe.
/// </remarks>
internal static class BinomialLaw
{
    private const double MostByInversion = 10;

    /// <param name="chance">Where numbers come from.</param>
    /// <param name="trials">A count, 0 or more.</param>
    /// <param name="probability">In [0, 1].</param>
    public static double Draw(Chance chance, double trials, double probability)
    {
        if (probability > 0.5)
        {
            return trials - Draw(chance, trials, 1 - probability);
        }

        return trials <= 0 || probability <= 0 ? 0
            : trials * probability < MostByInversion ? Inverted(chance.Unit(), trials, probability)
            : Rejected(chance, trials, probability);
    }

    /// <summary>Splits trials over cells by conditional binomials.</summary>
    /// <param name="chance">Where numbers come from.</param>
    /// <param name="trials">A count, 0 or more.</param>
    /// <param name="probabilities">Of each cell; together 1.</param>
    /// <param name="counts">Receives as many counts.</param>
    public static void Split(Chance chance, double trials, ReadOnlySpan<double> probabilities, Span<double> counts)
    {
        var (left, mass) = (trials, 1.0);
        for (var cell = 0; cell < counts.Length; cell++)
        {
            var last = cell == counts.Length - 1;
            counts[cell] = last ? left : mass <= 0 ? 0 : Draw(chance, left, Math.Clamp(probabilities[cell] / mass, 0, 1));
            left -= counts[cell];
            mass -= probabilities[cell];
        }
    }

    private static double Inverted(double unit, double trials, double probability)
    {
        var odds = probability / (1 - probability);
        var (count, term) = (0.0, Math.Exp(trials * Math.Log(1 - probability)));
        while (unit >= term && count < trials)
        {
            unit -= term;
            count++;
            term *= odds * (trials - count + 1) / count;
        }

        return count;
    }

    private static double Rejected(Chance chance, double trials, double probability)
    {
        var spread = Math.Sqrt(trials * probability * (1 - probability));
        var b = 1.15 + 2.53 * spread;
        var a = -0.0873 + 0.0248 * b + 0.01 * probability;
        var centre = trials * probability + 0.5;
        var vr = 0.92 - 4.2 / b;
        var alpha = (2.83 + 5.1 / b) * spread;
        var logOdds = Math.Log(probability / (1 - probability));
        var mode = Math.Floor((trials + 1) * probability);
        var highest = Factorials.Log(mode) + Factorials.Log(trials - mode);
        while (true)
        {
            var (u, v) = (chance.Unit() - 0.5, chance.Positive());
            var us = 0.5 - Math.Abs(u);
            var count = Math.Floor((2 * a / us + b) * u + centre);
            if (us >= 0.07 && v <= vr)
            {
                return count;
            }

            if (count >= 0 && count <= trials
                && Math.Log(v * alpha / (a / (us * us) + b)) <= highest - Factorials.Log(count) - Factorials.Log(trials - count) + (count - mode) * logOdds)
            {
                return count;
            }
        }
    }
}
