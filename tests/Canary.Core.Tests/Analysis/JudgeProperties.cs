using Canary.Core.Analysis;
using Canary.Core.Traffic;
using CsCheck;
using Xunit;

namespace Canary.Core.Tests.Analysis;

/// <summary>Whatever becomes of rounds, each request is counted once: the state is the only memory.</summary>
public sealed class JudgeProperties
{
    private const int Ticks = 40;
    private static readonly double[] Odd = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, -1, 1e300, 9007199254740992, 0.5];
    private static readonly DateTimeOffset Noon = JudgeBench.Noon;
    private static readonly ValueList<MetricSpec> Metrics = [JudgeBench.Errors, JudgeBench.Latency];
    private static readonly AnalysisSpec Spec = new() { WarmUp = TimeSpan.Zero };

    /// <summary>What becomes of the round of a tick.</summary>
    private enum Fate
    {
        Arrives,
        Lost,
        Twice,
        CrashBeforeStoring,
        OlderOnceMore,
    }

    private static readonly Gen<Pod> GenPod =
        from arm in Gen.Enum<ArmName>()
        from start in Gen.Int[0, 1000]
        from busy in Gen.Int[1, 60].Array[Ticks]
        from bad in Gen.Int[0, 60].Array[Ticks]
        from slow in Gen.Int[0, 60].Array[Ticks]
        select new Pod(arm, start, busy, bad, slow);

    private static readonly Gen<(Pod[] Pods, int Exposed, Fate[] Fates)> GenStory =
        from pods in GenPod.Array[1, 5]
        from exposed in Gen.Int[0, Ticks - 1]
        from fates in Gen.Enum<Fate>().Array[Ticks]
        select (pods, exposed, fates);

    [Fact]
    public void Advance_RoundsLostRepeatedOrForgotten_CountsWhatThePodsCounted() => GenStory.Sample(story =>
    {
        // both arms have a pod that is always busy, so that every block has requests on both sides
        Pod[] pods = [.. story.Pods, Pod.Busy(ArmName.Stable), Pod.Busy(ArmName.Candidate)];
        var exposure = new Exposure(Noon.AddSeconds(5 * story.Exposed), new Weight(50), Noon.AddSeconds(5 * story.Exposed));

        var state = AnalysisState.Empty;
        Measurement? stored = null;
        var arrived = new List<int>();
        for (var tick = 0; tick < Ticks; tick++)
        {
            var round = Round(pods, tick);
            var next = Judge.Advance(Metrics, Spec, state, exposure, round);
            switch (story.Fates[tick])
            {
                case Fate.Lost or Fate.CrashBeforeStoring:
                    continue;
                case Fate.Twice:
                    next = Judge.Advance(Metrics, Spec, next, exposure, round);
                    break;
                case Fate.OlderOnceMore when stored is not null:
                    next = Judge.Advance(Metrics, Spec, next, exposure, stored);
                    break;
            }

            state = next;
            stored = round;
            arrived.Add(tick);
        }

        var counting = arrived.Where(tick => tick >= story.Exposed).ToList();
        if (counting.Count < 2)
        {
            return arrived.Count == 0 || Totals(state, 0) is (0, 0, 0, 0);
        }

        var (from, to) = (counting[0], counting[^1]);
        var errors = (Sum(pods, ArmName.Stable, from, to, pod => pod.Requests), Sum(pods, ArmName.Stable, from, to, pod => pod.Errors), Sum(pods, ArmName.Candidate, from, to, pod => pod.Requests), Sum(pods, ArmName.Candidate, from, to, pod => pod.Errors));
        var slow = (Sum(pods, ArmName.Stable, from, to, pod => pod.Fast), Sum(pods, ArmName.Stable, from, to, pod => pod.Requests), Sum(pods, ArmName.Candidate, from, to, pod => pod.Fast), Sum(pods, ArmName.Candidate, from, to, pod => pod.Requests));
        var share = (errors.Item1 + Sum(pods, ArmName.Baseline, from, to, pod => pod.Requests), errors.Item3);
        return Totals(state, 0) == errors
            && (state.Metrics[1].Stable[0], state.Metrics[1].Stable[2], state.Metrics[1].Candidate[0], state.Metrics[1].Candidate[2]) == slow
            && (state.Share.Stable, state.Share.Candidate) == share;
    });

    [Fact]
    public void Advance_RestartsFromTheStoredState_EndsAtTheSameBits() => GenStory.Sample(story =>
    {
        Pod[] pods = [.. story.Pods, Pod.Busy(ArmName.Stable), Pod.Busy(ArmName.Candidate)];
        var exposure = new Exposure(Noon.AddSeconds(5 * story.Exposed), new Weight(50), null);
        var (state, restored) = (AnalysisState.Empty, AnalysisState.Empty);
        for (var tick = 0; tick < Ticks; tick++)
        {
            var now = exposure with { Begun = 1 + tick / 10, Later = 3 - tick / 10 };
            state = Judge.Advance(Metrics, Spec, state, now, Round(pods, tick));
            restored = Judge.Advance(Metrics, Spec, Copy(restored), now, Round(pods, tick));
        }

        Assert.Equal(new StakedSteps(3, 4), state.Steps);
        return state == restored && Judge.Conclude(Metrics, Spec, state) == Judge.Conclude(Metrics, Spec, restored);
    });

    [Fact]
    public void Advance_AnyReadings_NeverThrowsAndNeverDecidesWithoutData()
    {
        var number = Gen.OneOf(Gen.Int[0, 500].Select(value => (double)value), Gen.Int[0, Odd.Length - 1].Select(i => Odd[i]));
        var reading = Gen.OneOf<MetricReading>(
            Gen.Select(number, number, (requests, errors) => (MetricReading)new MetricReading.Counts(requests, errors)),
            Gen.Select(number.Array[0, 4], number.Array[0, 4], (bounds, counts) => (MetricReading)new MetricReading.Buckets(bounds.ToValueList(), counts.ToValueList())),
            Gen.Int[0, 30].Select(i => (MetricReading)new MetricReading.Buckets(JudgeBench.Bounds, [i, 2 * i, 3 * i])),
            Gen.Const<MetricReading>(new MetricReading.Absent()),
            Gen.Const<MetricReading>(new MetricReading.Invalid("it is odd")));
        var pod = Gen.Select(Gen.Enum<ArmName>(), Gen.Int[0, 3], Gen.Int[0, 2], Gen.Int[-20, 20], reading.Array[0, 3], Gen.Bool, (arm, uid, epoch, late, readings, fails) =>
            JudgeBench.Pod(arm, $"{arm}{uid}", $"{epoch}", readings) with { At = Noon.AddSeconds(late), ReadySince = Noon.AddSeconds(-late), Failure = fails ? "it failed" : null });
        var rounds = Gen.Select(Gen.Int[-3, 8], pod.Array[0, 6]).Array[1, 25];

        rounds.Sample(story =>
        {
            var state = AnalysisState.Empty;
            var now = Noon;
            foreach (var (step, pods) in story)
            {
                now += step * Spec.Interval;
                var round = new Measurement(now, pods.Select(reading => reading with { At = reading.At + (now - Noon) }).ToValueList());
                state = Judge.Advance(Metrics, Spec, state, new Exposure(Noon, new Weight(50), Noon), round);
                var verdict = Judge.Conclude(Metrics, Spec, state);
                Assert.False(verdict.State == VerdictState.Pass && verdict.Metrics.Any(metric => metric.Measurement != MeasurementState.Value));
                Assert.False(double.IsNaN(verdict.LogEvidence));
                Assert.NotEqual("", verdict.Reason);
                Assert.DoesNotContain('\n', verdict.Reason);
            }
        });
    }

    private static (double, double, double, double) Totals(AnalysisState state, int metric)
    {
        var it = state.Metrics[metric];
        return it.Stable.Count == 0 ? (0, 0, 0, 0) : (it.Stable[0], it.Stable[1], it.Candidate[0], it.Candidate[1]);
    }

    private static double Sum(Pod[] pods, ArmName arm, int from, int to, Func<Pod, Func<int, double>> counter) =>
        pods.Where(pod => pod.Arm == arm).Sum(pod => counter(pod)(to) - counter(pod)(from));

    private static Measurement Round(Pod[] pods, int tick)
    {
        var now = Noon.AddSeconds(5 * tick);
        return new Measurement(now, pods.Select((pod, i) => new PodReading
        {
            Uid = $"uid-{i}",
            Pod = $"pod-{i}",
            Arm = pod.Arm,
            Epoch = "0",
            ReadySince = Noon.AddHours(-1),
            At = now,
            Metrics = [new MetricReading.Counts(pod.Requests(tick), pod.Errors(tick)), new MetricReading.Buckets(JudgeBench.Bounds, [pod.Fast(tick), pod.Requests(tick), pod.Requests(tick)])],
        }).ToValueList());
    }

    /// <summary>The same state in other objects, as a store gives it back.</summary>
    private static AnalysisState Copy(AnalysisState state) => state with
    {
        Share = state.Share with { },
        Metrics = state.Metrics.Select(metric => metric with
        {
            Pods = metric.Pods.Select(pod => pod with { Values = pod.Values.ToArray().ToValueList() }).ToValueList(),
            UpperBounds = metric.UpperBounds.ToArray().ToValueList(),
            Tests = metric.Tests.Select(test => new TestNumbers(test.Test, test.Values.ToArray().ToValueList())).ToValueList(),
            Blocks = metric.Blocks.Select(block => block with { Stable = block.Stable.ToArray().ToValueList() }).ToValueList(),
            Stable = metric.Stable.ToArray().ToValueList(),
            Candidate = metric.Candidate.ToArray().ToValueList(),
        }).ToValueList(),
    };

    /// <summary>A pod with all that it ever counts.</summary>
    private sealed class Pod
    {
        private readonly double[] _requests = new double[Ticks];
        private readonly double[] _errors = new double[Ticks];
        private readonly double[] _fast = new double[Ticks];

        public Pod(ArmName arm, int start, int[] busy, int[] bad, int[] slow)
        {
            Arm = arm;
            (double requests, double errors, double fast) = (start, start / 2, start / 3);
            for (var i = 0; i < Ticks; i++)
            {
                requests += busy[i];
                errors += Math.Min(bad[i], busy[i]);
                fast += busy[i] - Math.Min(slow[i], busy[i]);
                (_requests[i], _errors[i], _fast[i]) = (requests, errors, fast);
            }
        }

        public ArmName Arm { get; }

        public static Pod Busy(ArmName arm) => new(arm, 0, [.. Enumerable.Repeat(7, Ticks)], new int[Ticks], new int[Ticks]);

        public double Requests(int tick) => _requests[tick];

        public double Errors(int tick) => _errors[tick];

        public double Fast(int tick) => _fast[tick];
    }
}
