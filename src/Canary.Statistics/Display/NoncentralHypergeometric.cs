namespace Canary.Statistics;

/// <summary>How many of the bad requests are the candidate's, given all of them and an odds ratio.</summary>
/// <param name="Candidates">Requests of the candidate, a whole count.</param>
/// <param name="Baselines">Requests of the baseline, a whole count.</param>
/// <param name="Bad">Bad requests of both, a whole count of at most all requests.</param>
/// <remarks>Source: R. A. Fisher's noncentral hypergeometric law; its mode by J. G. Liao, O. Rosen, The American Statistician 55 (2001), 366-369.</remarks>
internal readonly record struct NoncentralHypergeometric(double Candidates, double Baselines, double Bad)
{
    private const double Negligible = 1e-18;

    public double Least => Math.Max(0, Bad - Baselines);

    public double Most => Math.Min(Bad, Candidates);

    /// <summary>Mean, and the probabilities of at most and at least a number.</summary>
    /// <param name="oddsRatio">Odds of a candidate's request to be bad as a multiple of a baseline's; finite, greater than 0.</param>
    /// <param name="number">A whole number from <see cref="Least"/> to <see cref="Most"/>.</param>
    public (double Mean, double AtMost, double AtLeast) At(double oddsRatio, double number)
    {
        // weights relative to the mode's: nothing overflows, and what underflows is 0
        var mode = Mode(oddsRatio);
        var (total, moment) = (1.0, 0.0);
        var (atMost, atLeast) = (mode <= number ? 1.0 : 0, mode >= number ? 1.0 : 0);
        var weight = 1.0;
        for (var i = mode; i < Most && (i < number || weight > Negligible * (number > mode ? atLeast : total)); i++)
        {
            weight *= Step(i) * oddsRatio;
            total += weight;
            moment += weight * (i + 1 - mode);
            atMost += i + 1 <= number ? weight : 0;
            atLeast += i + 1 >= number ? weight : 0;
        }

        weight = 1.0;
        for (var i = mode; i > Least && (i > number || weight > Negligible * (number < mode ? atMost : total)); i--)
        {
            weight /= Step(i - 1) * oddsRatio;
            total += weight;
            moment += weight * (i - 1 - mode);
            atMost += i - 1 <= number ? weight : 0;
            atLeast += i - 1 >= number ? weight : 0;
        }

        return (mode + moment / total, atMost / total, atLeast / total);
    }

    /// <summary>Probability, for equal odds, of a number that is no more likely than the given one.</summary>
    public double NoLikelierThan(double number, double rounding)
    {
        var mode = Mode(1);
        var limit = rounding * Weight(mode, number);
        var (total, part) = (1.0, 1.0 <= limit ? 1.0 : 0);
        var weight = 1.0;
        for (var i = mode; i < Most && weight > 0 && (weight > limit || weight > Negligible * part); i++)
        {
            weight *= Step(i);
            total += weight;
            part += weight <= limit ? weight : 0;
        }

        weight = 1.0;
        for (var i = mode; i > Least && weight > 0 && (weight > limit || weight > Negligible * part); i--)
        {
            weight /= Step(i - 1);
            total += weight;
            part += weight <= limit ? weight : 0;
        }

        return Math.Min(1, part / total);
    }

    private double Weight(double mode, double number)
    {
        var weight = 1.0;
        for (var i = mode; i < number; i++)
        {
            weight *= Step(i);
        }

        for (var i = mode; i > number; i--)
        {
            weight /= Step(i - 1);
        }

        return weight;
    }

    // probability of i + 1 over that of i, for equal odds
    private double Step(double i) => (Candidates - i) * (Bad - i) / ((i + 1) * (Baselines - Bad + i + 1));

    private double Mode(double oddsRatio)
    {
        var a = oddsRatio - 1;
        var b = (Candidates + Bad + 2) * oddsRatio + Baselines - Bad;
        var c = (Candidates + 1) * (Bad + 1) * oddsRatio;
        var mode = Math.Floor(2 * c / (b + Math.Sqrt(Math.Max(0, b * b - 4 * a * c))));
        return Math.Clamp(mode, Least, Most);
    }
}
