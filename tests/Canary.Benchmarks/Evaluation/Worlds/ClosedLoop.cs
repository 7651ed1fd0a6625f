using Canary.Benchmarks.Evaluation.Sampling;
using Canary.Benchmarks.Evaluation.Trials;
using Canary.Statistics;

namespace Canary.Benchmarks.Evaluation.Worlds;

/// <summary>Users who wait for each answer before they ask again, so that a slow candidate lowers its own traffic.</summary>
/// <remarks>Each user stays with an arm. Latencies are those of the usual service times a factor; the pause between an answer and the next request is exponential.</remarks>
internal sealed class ClosedLoop : ITraffic<LatencyBlock>
{
    private const double Median = 100;
    private const double Sigma = 0.6;
    private const int HistoryBlocks = 30;
    private static readonly double[] LogBounds = [.. Layout.All.Select(bound => Math.Log(bound))];
    private static readonly double Slow = LatencyLaw.Quantile(0.99);
    private readonly Chance _chance;
    private readonly Arm _candidate;
    private readonly Arm _baseline;
    private readonly LatencyBlock _drawn = LatencyBlock.Empty();
    private readonly Lazy<IReadOnlyList<LatencyBlock>> _history;
    private readonly double _slower;

    /// <param name="chance">Where numbers come from.</param>
    /// <param name="candidateUsers">Users of the candidate.</param>
    /// <param name="baselineUsers">Users of the baseline.</param>
    /// <param name="factor">How many times longer the candidate takes.</param>
    /// <param name="pause">Mean pause, milliseconds; 0 for load generators.</param>
    public ClosedLoop(Chance chance, int candidateUsers, int baselineUsers, double factor, double pause)
    {
        _chance = chance;
        var past = chance.Fork();
        _candidate = new(new double[candidateUsers], factor, pause);
        _baseline = new(new double[baselineUsers], 1, pause);
        _slower = LatencyLaw.Usual.Scaled(factor).Slower(Slow) - LatencyLaw.Usual.Slower(Slow);
        _history = new(() => Before(past, new(new double[candidateUsers], 1, pause), new(new double[baselineUsers], 1, pause)));
    }

    public IReadOnlyList<LatencyBlock> History => _history.Value;

    public DispersionEstimate? Dispersion => null;

    public Reading<LatencyBlock> Next()
    {
        _candidate.Draw(_chance, _drawn.Candidate);
        _baseline.Draw(_chance, _drawn.Baseline);
        return new(_drawn, _slower * _drawn.Candidate.Sum());
    }

    private static LatencyBlock[] Before(Chance chance, Arm candidate, Arm baseline)
    {
        var blocks = new LatencyBlock[HistoryBlocks];
        for (var block = 0; block < blocks.Length; block++)
        {
            blocks[block] = LatencyBlock.Empty();
            candidate.Draw(chance, blocks[block].Candidate);
            baseline.Draw(chance, blocks[block].Baseline);
        }

        return blocks;
    }

    // ends: when the request under way of each user ends, milliseconds from the start of the block
    private sealed class Arm(double[] ends, double factor, double pause)
    {
        private readonly double[] _logLatencies = new double[ends.Length];
        private bool _started;

        public void Draw(Chance chance, double[] into)
        {
            Array.Clear(into);
            for (var user = 0; user < ends.Length; user++)
            {
                if (!_started)
                {
                    Ask(chance, user, chance.Unit() * Median);
                }

                while (ends[user] < 1000 * Clock.BlockSeconds)
                {
                    into[Bucket(_logLatencies[user])]++;
                    Ask(chance, user, ends[user] - pause * Math.Log(chance.Positive()));
                }

                ends[user] -= 1000 * Clock.BlockSeconds;
            }

            _started = true;
        }

        private void Ask(Chance chance, int user, double at)
        {
            _logLatencies[user] = Math.Log(Median * factor) + Sigma * chance.Normal();
            ends[user] = at + Math.Exp(_logLatencies[user]);
        }

        private static int Bucket(double logLatency)
        {
            var found = Array.BinarySearch(LogBounds, logLatency);
            return found >= 0 ? found : ~found;
        }
    }
}
