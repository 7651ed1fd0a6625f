using Canary.Benchmarks.Evaluation.Sampling;
using Canary.Benchmarks.Evaluation.Trials;
using Canary.Statistics;

namespace Canary.Benchmarks.Evaluation.Worlds;

/// <summary>Users who stay with the arm that they were dealt for as long as their session lasts, five minutes on average, and some of whom fail far more than others.</summary>
/// <remarks>Sessions begin as a Poisson process and end independently of each other, so that only their numbers per arm and kind need be followed.</remarks>
internal sealed class Sessions : ITraffic<CountBlock>
{
    /// <summary>Requests of a session, on average.</summary>
    public const double Requests = SessionSeconds * UserRate;

    private const double SessionSeconds = 300;
    private const double UserRate = 0.5;
    private static readonly double Stays = Math.Exp(-Clock.BlockSeconds / SessionSeconds);
    private readonly Chance _chance;
    private readonly Arm _candidate;
    private readonly Arm _baseline;
    private readonly double _excess;

    /// <param name="chance">Where numbers come from.</param>
    /// <param name="rate">Requests per second of both arms.</param>
    /// <param name="weight">The share of sessions that the candidate is dealt.</param>
    /// <param name="errors">Share of bad requests of ordinary users.</param>
    /// <param name="brokenUsers">Share of users who are not ordinary.</param>
    /// <param name="brokenErrors">Share of their requests that are bad.</param>
    /// <param name="more">Added to the share of bad requests of the candidate's ordinary users.</param>
    public Sessions(Chance chance, double rate, double weight, double errors, double brokenUsers, double brokenErrors, double more = 0)
    {
        _chance = chance;
        _excess = Clock.BlockSeconds * rate * weight * (1 - brokenUsers) * more;
        _candidate = new(chance, rate * weight / UserRate, errors + more, brokenUsers, brokenErrors);
        _baseline = new(chance, rate * (1 - weight) / UserRate, errors, brokenUsers, brokenErrors);
    }

    public IReadOnlyList<CountBlock> History => [];

    // pods of the stable version get requests, not users, so that no user stays with one of them: there is nothing to be seen before the rollout
    public DispersionEstimate? Dispersion => null;

    public Reading<CountBlock> Next()
    {
        var (requests, bad) = _candidate.Next(_chance);
        var (others, otherBad) = _baseline.Next(_chance);
        return new(new(requests, others, bad, otherBad), _excess);
    }

    private sealed class Arm(Chance chance, double users, double errors, double brokenUsers, double brokenErrors)
    {
        private double _ordinary = PoissonLaw.Draw(chance, users * (1 - brokenUsers));
        private double _broken = PoissonLaw.Draw(chance, users * brokenUsers);

        public (double Requests, double Bad) Next(Chance dice)
        {
            _ordinary = BinomialLaw.Draw(dice, _ordinary, Stays) + PoissonLaw.Draw(dice, users * (1 - brokenUsers) * (1 - Stays));
            _broken = BinomialLaw.Draw(dice, _broken, Stays) + PoissonLaw.Draw(dice, users * brokenUsers * (1 - Stays));
            var (ordinary, broken) = (PoissonLaw.Draw(dice, Clock.BlockSeconds * UserRate * _ordinary), PoissonLaw.Draw(dice, Clock.BlockSeconds * UserRate * _broken));
            return (ordinary + broken, BinomialLaw.Draw(dice, ordinary, errors) + BinomialLaw.Draw(dice, broken, brokenErrors));
        }
    }
}
