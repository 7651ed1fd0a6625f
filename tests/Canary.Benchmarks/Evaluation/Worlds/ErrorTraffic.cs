using Canary.Benchmarks.Evaluation.Sampling;
using Canary.Benchmarks.Evaluation.Trials;
using Canary.Statistics;

namespace Canary.Benchmarks.Evaluation.Worlds;

/// <summary>Requests that arrive as a Poisson process and fail independently of each other, or in clusters.</summary>
/// <remarks>Good and bad requests are then independent Poisson counts, which is how they are drawn: the law is the same as of errors drawn among requests.</remarks>
internal sealed class ErrorTraffic : ITraffic<CountBlock>
{
    private readonly ErrorPlan _plan;
    private readonly Stretch _stretch;
    private readonly Lazy<DispersionEstimate?> _dispersion;
    private int _block;
    private int _step;

    public ErrorTraffic(Chance chance, ErrorPlan plan)
    {
        _plan = plan;
        var past = chance.Fork();
        _stretch = new(chance, plan.Clusters);
        _dispersion = new(() => PodHistory.Measure(past, plan));
    }

    public IReadOnlyList<CountBlock> History => [];

    public DispersionEstimate? Dispersion => _dispersion.Value;

    public Reading<CountBlock> Next()
    {
        var moment = _plan.At(_block);
        var begins = _step < _plan.Steps.Count && _plan.Steps[_step] == _block;
        _step += begins ? 1 : 0;
        _block++;
        return new(_stretch.Draw(moment), Clock.BlockSeconds * moment.CandidateRate * (moment.CandidateErrors - moment.BaselineErrors), begins);
    }

    /// <summary>Draws blocks, and keeps the laws while the traffic stays the same.</summary>
    private sealed class Stretch(Chance chance, ClusterLaw clusters)
    {
        private ErrorMoment? _moment;
        private PoissonLaw _candidateGood;
        private PoissonLaw _candidateBad;
        private PoissonLaw _baselineGood;
        private PoissonLaw _baselineBad;

        public CountBlock Draw(in ErrorMoment moment)
        {
            if (_moment != moment)
            {
                _moment = moment;
                _candidateGood = new(Clock.BlockSeconds * moment.CandidateRate * (1 - moment.CandidateErrors));
                _baselineGood = new(Clock.BlockSeconds * moment.BaselineRate * (1 - moment.BaselineErrors));
                _candidateBad = new(Clock.BlockSeconds * moment.CandidateRate * moment.CandidateErrors / clusters.Mean);
                _baselineBad = new(Clock.BlockSeconds * moment.BaselineRate * moment.BaselineErrors / clusters.Mean);
            }

            var (candidate, baseline) = (clusters.Bad(chance, _candidateBad), clusters.Bad(chance, _baselineBad));
            return new(_candidateGood.Draw(chance) + candidate, _baselineGood.Draw(chance) + baseline, candidate, baseline);
        }
    }
}
