using Canary.Statistics;

namespace Canary.Core.Analysis;

/// <summary>Judges the distribution of response times by the sequential ordered-histogram test.</summary>
internal sealed class LatencyJudge(MetricSpec.Latency metric, AnalysisSpec spec) : CounterJudge(metric)
{
    private const string Test = "latency";
    private const string RatioTest = "ratio";
    private const string SecondKey = "second-key";

    /// <summary>Half-life of what is remembered of the stable distribution (statistics, default of 5 minutes).</summary>
    private static readonly TimeSpan HalfLife = TimeSpan.FromMinutes(5);

    /// <summary>From this evidence on (e to 1) it is said what the difference looks like; below, it would be a guess.</summary>
    private const double EvidenceToDescribe = 1;

    private static readonly double[] Shown = [0.5, 0.9, 0.99];

    public override string Against => Worse(metric.Margins);

    public override (MetricState State, int Width, string? Problem) Prepare(MetricState state, RoundFacts facts)
    {
        ValueList<double>? common = null;
        var covered = state.UpperBounds.Count > 0;
        foreach (var pod in facts.Measurement.Pods)
        {
            if (facts.ReadingOf(pod) is not MetricReading.Buckets buckets)
            {
                continue;
            }

            common = common is null ? buckets.UpperBounds : BucketBounds.Common(common, buckets.UpperBounds);
            covered = covered && BucketBounds.Cover(buckets.UpperBounds, state.UpperBounds);
        }

        if (common is null || covered)
        {
            return (state, state.UpperBounds.Count, null);
        }

        // the bound without end is in every histogram; alone it tells nothing of durations
        return common.Count < 2
            ? (state, Math.Max(1, state.UpperBounds.Count), "the pods' histograms have no bound in common")
            : (Rebound(state, common), common.Count, null);
    }

    public override ValueList<double>? Read(MetricReading reading, MetricState state, int width) => reading switch
    {
        MetricReading.Buckets buckets => BucketBounds.Project(buckets.UpperBounds, buckets.Cumulative, state.UpperBounds),
        MetricReading.Absent => new double[width].ToValueList(),
        _ => null,
    };

    public override double Requests(IReadOnlyList<double> values) => values.Count == 0 ? 0 : values[^1];

    public override double Bad(MetricState state, IReadOnlyList<double> values)
    {
        var bound = Tail(state);
        return bound < 0 || bound >= values.Count ? 0 : values[^1] - values[bound];
    }

    public override MetricState Begin(MetricState state, double share)
    {
        var terms = SettledTerms.Of(metric.Clustering, metric.Known, state, Requests, values => Bad(state, values)) with { Projected = false };
        var begun = state with { Terms = terms };
        return begun with { Tests = [.. Started(begun, share)] };
    }

    public override MetricState Restart(MetricState state, double share)
    {
        // without a reading there are no buckets yet, and nothing was staked: the test will begin with all that was meant for it by then
        if (Latency(state) is not { } test)
        {
            return state with { Tests = [Waiting(Numbers(state, Test) is [var kept] ? kept + share : share)] };
        }

        var restarted = LatencyTest.Restart(test, share);
        return state with { Tests = state.Tests.Select(stored => stored.Test == Test ? Store(Test, restarted.ToNumbers(), restarted) : stored).ToValueList() };
    }

    public override MetricState Count(MetricState state, BlockRecord block)
    {
        if (state.Terms is not { } terms || !block.Exposed)
        {
            return state;
        }

        var counts = new HistogramBlock(Bounds(state), Histograms.BucketCounts(block.Candidate), Histograms.BucketCounts(block.Stable));
        var tests = state.Tests;
        if (Latency(state) is not { } test)
        {
            tests = [.. Started(state, Math.Min(1, Numbers(state, Test) is [var share] ? share : 1))];
            test = (LatencyTestState)tests[0].Last.Of(tests[0].Values)!; // just stored
        }

        var next = LatencyTest.Advance(Settings(terms), test, counts).State;
        var histories = new TestNumbers[next.Thresholds.Count];
        for (var i = 0; i < histories.Length; i++)
        {
            var history = History(tests, i);
            history = test.IsRunning ? history.Add(counts.Exceedances(next.Thresholds[i].BoundIndex)) : history;
            histories[i] = Store($"{RatioTest}{i}", history.ToNumbers(), history);
        }

        var counted = state with { Tests = [Store(Test, next.ToNumbers(), next), .. histories, .. SecondKeys(tests, next, counts, test.IsRunning)] };
        return counts.IsInformative
            ? counted with
            {
                Stable = Sum(state.Stable, Histograms.Cumulative(counts.Baseline)),
                Candidate = Sum(state.Candidate, Histograms.Cumulative(counts.Candidate)),
            }
            : counted;
    }

    public override MetricVerdict Conclude(MetricState state, Circumstances about)
    {
        var pace = Pace.Of(state, Requests);
        var learned = StablePeers.Known(metric.Known, state.Learned);
        if (state.Terms is not { } terms || Latency(state) is not { } test)
        {
            return new MetricVerdict { Name = Metric.Name, Measurement = state.Last, Sentence = Sentence(state), StableRate = pace.Stable, Learned = learned };
        }

        var settings = Settings(terms);
        var accepts = LatencyTest.LogAcceptance(settings, test);
        var evidence = Robust(state, test, LatencyTest.LogEvidence(test));
        var highest = test.Thresholds.Select(threshold => threshold.Test.MaximumLogEvidence).DefaultIfEmpty(0).Min();
        var bound = test.Thresholds.Count > 0 ? test.Thresholds[^1].BoundIndex : state.UpperBounds.Count - 1;
        var (stable, candidate) = (Requests(state.Stable), Requests(state.Candidate));
        var (stableSlow, candidateSlow) = (Slower(state.Stable, bound), Slower(state.Candidate, bound));
        var tail = test.Thresholds.Count > 0 ? Estimate(state, terms, test.Thresholds.Count - 1) : RatioEstimate.Of(RatioHistory.Empty);
        var outlook = test.Thresholds.Count == 0
            ? default
            : CountOutlook.Of(metric.Margins, terms, stableSlow, state, tail, pace, about, evidence, accepts);
        var (stableValues, candidateValues) = (Quantiles(state, terms, state.Stable), Quantiles(state, terms, state.Candidate));
        return new MetricVerdict
        {
            Name = Metric.Name,
            Measurement = state.Last,
            Accepted = test.IsRunning && IsAccepted(accepts, highest, about),
            WithinBound = IsWithin(state, terms, test, tail),
            StableRequests = stable,
            StableBad = stableSlow,
            CandidateRequests = candidate,
            CandidateBad = candidateSlow,
            Ratio = stableSlow > 0 && candidate > 0 ? candidateSlow / candidate / (stableSlow / stable) : null,
            RatioLower = tail.Ratio is null ? null : tail.Lower,
            RatioUpper = double.IsFinite(tail.Upper) ? tail.Upper : null,
            DifferencePercentPoints = stable > 0 && candidate > 0 ? 100 * (candidateSlow / candidate - stableSlow / stable) : null,
            DifferenceMilliseconds = stableValues.Count > 0 && candidateValues.Count > 0 ? candidateValues[^1].Value - stableValues[^1].Value : null,
            StableValues = stableValues,
            CandidateValues = candidateValues,
            LogEvidence = evidence,
            LogThreshold = about.LogThreshold,
            LogAcceptance = accepts,
            LooksLike = LooksLike(terms, test),
            SecondsToDecide = outlook.SecondsToDecide,
            SmallestVisibleRatio = outlook.SmallestVisibleRatio,
            Dispersion = terms.Dispersion,
            DispersionBasis = terms.Basis,
            Assumptions = SettledTerms.Assumptions(terms, metric.Clustering),
            Learned = learned,
            StableRate = pace.Stable,
            CandidateRate = pace.Candidate,
            Sentence = Sentence(state),
        };
    }

    public override string Describe(MetricState state)
    {
        if (Requests(state.Candidate) == 0)
        {
            return NothingYet(state);
        }

        var looks = state.Terms is { } terms && Latency(state) is { } test && LooksLike(terms, test) is { } like ? $", looks like {like}" : "";
        return $"{Metric.Name} {Quantile(state, 0.5)}, {Quantile(state, 0.99)}{looks}";
    }

    /// <summary>Whether the intervals at all bounds lie within the acceptance bound; the last, which is the widest, is asked first, since an interval is dear.</summary>
    private bool IsWithin(MetricState state, MetricTerms terms, LatencyTestState test, RatioEstimate tail)
    {
        for (var i = test.Thresholds.Count - 1; i >= 0; i--)
        {
            var estimate = i == test.Thresholds.Count - 1 ? tail : Estimate(state, terms, i);
            if (!CountOutlook.IsWithin(estimate, metric.Margins, Slower(state.Stable, test.Thresholds[i].BoundIndex) / Requests(state.Stable)))
            {
                return false;
            }
        }

        return test.Thresholds.Count > 0;
    }

    private static RatioEstimate Estimate(MetricState state, MetricTerms terms, int threshold) => RatioEstimate.Of(History(state.Tests, threshold), dispersion: terms.Dispersion);

    /// <summary>The weaker of the evidence and the second key's, which is the average over the bounds of acceptance.</summary>
    private double Robust(MetricState state, LatencyTestState test, double evidence)
    {
        if (!metric.Clustering.Robust || test.Thresholds.Count == 0)
        {
            return evidence;
        }

        var keys = test.Thresholds.Select((_, i) => SelfNormalisedTest.LogEvidence(Second, Key(state.Tests, i))).ToList();
        return Math.Min(evidence, EvidenceCombination.WeightedAverage([.. keys.Select(_ => 1.0 / keys.Count)], keys));
    }

    private IEnumerable<TestNumbers> SecondKeys(ValueList<TestNumbers> tests, LatencyTestState next, HistogramBlock counts, bool runs)
    {
        for (var i = 0; metric.Clustering.Robust && i < next.Thresholds.Count; i++)
        {
            var key = Key(tests, i);
            key = runs ? SelfNormalisedTest.Advance(Second, key, counts.Exceedances(next.Thresholds[i].BoundIndex)) : key;
            yield return Store($"{SecondKey}{i}", key.ToNumbers(), key);
        }
    }

    private SelfNormalisedTestSettings Second => new(metric.Margins.Ratio, metric.Margins.Difference);

    private static SelfNormalisedTestState Key(ValueList<TestNumbers> tests, int threshold) =>
        Read(tests, $"{SecondKey}{threshold}", SelfNormalisedTestState.FromNumbers) ?? SelfNormalisedTest.Start();

    private string? LooksLike(MetricTerms terms, LatencyTestState test) =>
        LatencyTest.LogEvidence(test) > EvidenceToDescribe && LatencyTest.Dominant(Settings(terms), test) is { } dominant ? dominant.Alternative.Description : null;

    private static string Quantile(MetricState state, double probability)
    {
        var bounds = Bounds(state);
        return string.Create(Culture, $"p{100 * probability:0} {Phrase.Milliseconds(Histograms.Quantile(bounds, state.Candidate, probability))} against {Phrase.Milliseconds(Histograms.Quantile(bounds, state.Stable, probability))}");
    }

    private static ValueList<NamedValue> Quantiles(MetricState state, MetricTerms terms, ValueList<double> cumulative) => cumulative is [.., > 0]
        ? Shown.Select(probability => Quantile(Bounds(state), terms, cumulative, probability)).ToValueList()
        : [];

    private static NamedValue Quantile(NumberList bounds, MetricTerms terms, ValueList<double> cumulative, double probability)
    {
        var interval = QuantileSequence.Of(bounds, Histograms.BucketCounts(cumulative), probability, dispersion: terms.Dispersion);
        return new NamedValue(
            string.Create(Culture, $"p{100 * probability:0}"),
            Histograms.Quantile(bounds, cumulative, probability),
            interval.Lower,
            double.IsFinite(interval.Upper) ? interval.Upper : null);
    }

    /// <summary>Carries everything over to other buckets; what cannot be carried begins again.</summary>
    private MetricState Rebound(MetricState state, ValueList<double> bounds)
    {
        var former = state.UpperBounds;
        var next = state with
        {
            UpperBounds = bounds,
            Pods = [],
            Stable = BucketBounds.Project(former, state.Stable, bounds) ?? [],
            Candidate = BucketBounds.Project(former, state.Candidate, bounds) ?? [],
            Blocks = (from block in state.Blocks
                      let stable = BucketBounds.Project(former, block.Stable, bounds)
                      let candidate = BucketBounds.Project(former, block.Candidate, bounds)
                      where stable is not null && candidate is not null
                      select block with { Stable = stable, Candidate = candidate }).ToValueList(),
        };
        if (state.Terms is not { } terms || Latency(state) is not { } test)
        {
            return next;
        }

        // nothing more is staked: what later steps are meant to have stays theirs
        var changed = LatencyTest.ChangeLayout(Settings(terms), test, Bounds(next), 0);
        return next with { Tests = [Store(Test, changed.ToNumbers(), changed)] };
    }

    private IEnumerable<TestNumbers> Started(MetricState state, double share)
    {
        if (state.UpperBounds.Count == 0)
        {
            return [Waiting(share)];
        }

        var settings = Settings(state.Terms!); // settled by now
        var test = state.Blocks is [{ Exposed: false } usual, ..]
            ? LatencyTest.Start(settings, Bounds(state), Histograms.BucketCounts(usual.Stable), share)
            : LatencyTest.Start(settings, Bounds(state), share);
        return [Store(Test, test.ToNumbers(), test)];
    }

    private static TestNumbers Waiting(double share) => new(Test, [share]);

    /// <summary>The bound nearest the stable p90 of what is known so far: what lies beyond tells whether requests are slow together. Negative before anything is known.</summary>
    private static int Tail(MetricState state)
    {
        if (Latency(state) is { Thresholds: { Count: > 0 } thresholds })
        {
            return thresholds[thresholds.Count / 2].BoundIndex;
        }

        if (state.Blocks is not [{ Exposed: false, Stable: [.., > 0] } usual, ..])
        {
            return -1;
        }

        var bound = 0;
        while (bound < usual.Stable.Count - 2 && usual.Stable[bound] < 0.9 * usual.Stable[^1])
        {
            bound++;
        }

        return bound;
    }

    private static double Slower(ValueList<double> cumulative, int bound) => bound < cumulative.Count ? cumulative[^1] - cumulative[bound] : 0;

    private static NumberList Bounds(MetricState state) => NumberList.Create(state.UpperBounds.AsSpan()[..^1]);

    private LatencyTestSettings Settings(MetricTerms terms) => LatencyTestSettings.Rollback(
        metric.Margins.Ratio,
        metric.Margins.Difference,
        terms.Dispersion,
        halfLifeBlocks: Math.Max(1, HalfLife / spec.Interval),
        acceptance: CountTestSettings.Acceptance(metric.Margins.AcceptRatio, metric.Margins.AcceptDifference, terms.Dispersion));

    private static LatencyTestState? Latency(MetricState state) => Numbers(state, Test) is { Count: > 1 } ? Read(state, Test, numbers => LatencyTestState.FromNumbers(numbers)) : null;

    private static RatioHistory History(ValueList<TestNumbers> tests, int threshold) =>
        Read(tests, $"{RatioTest}{threshold}", RatioHistory.FromNumbers) ?? RatioHistory.Empty;
}
