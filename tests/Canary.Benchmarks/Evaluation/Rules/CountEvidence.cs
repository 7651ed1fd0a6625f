using Canary.Benchmarks.Evaluation.Trials;
using Canary.Statistics;

namespace Canary.Benchmarks.Evaluation.Rules;

/// <summary>Our test of counts, of either side.</summary>
/// <param name="settings">What it asks.</param>
/// <param name="logThreshold">Log evidence that decides.</param>
/// <param name="schedule">When the budget is staked.</param>
/// <param name="period">Blocks that are read as one.</param>
internal sealed class CountEvidence(CountTestSettings settings, double logThreshold, RestartSchedule schedule, int period = 1) : IRule<CountBlock>
{
    private CountTestState _state = CountTest.Start(settings, schedule.First);
    private CountBlock _read;
    private int _blocks;
    private int _step;

    public double LogEvidence { get; private set; }

    public Call See(in Reading<CountBlock> reading)
    {
        if (reading.StepBegins && schedule.ShareAt(++_step) is > 0 and var share)
        {
            _state = CountTest.Restart(settings, _state, share);
        }

        _read = period == 1 ? reading.Block : _read.Plus(reading.Block);
        if (++_blocks % period != 0)
        {
            return Call.Continue;
        }

        _state = CountTest.Advance(settings, _state, _read);
        _read = default;
        LogEvidence = CountTest.LogEvidence(settings, _state);
        return LogEvidence < logThreshold ? Call.Continue : settings.SeeksWorse ? Call.RollBack : Call.Accept;
    }
}
