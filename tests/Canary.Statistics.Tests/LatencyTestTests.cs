using System.Text.Json;
using CsCheck;

namespace Canary.Statistics.Tests;

public sealed class LatencyTestTests
{
    private static readonly LatencyTestSettings Settings = new();

    [Fact]
    public void Advance_TooFewBaselineRequests_CollectsThenStartsThenCounts()
    {
        var world = new LatencyWorld(1);
        var state = LatencyTest.Start(Settings, LatencyWorld.Bounds);
        var outcomes = new List<LatencyOutcome>();
        for (var i = 0; i < 4; i++)
        {
            var block = new HistogramBlock(LatencyWorld.Bounds, world.Counts(50, LatencyWorld.Shares(10)), Exactly(200));
            (state, var outcome) = LatencyTest.Advance(Settings, state, block);
            outcomes.Add(outcome);

            // however slow the candidate is meanwhile, what feeds the reference is no evidence
            Assert.Equal(outcome == LatencyOutcome.Advanced, LatencyTest.LogEvidence(state) != 0);
        }

        Assert.Equal([LatencyOutcome.Collected, LatencyOutcome.Collected, LatencyOutcome.Started, LatencyOutcome.Advanced], outcomes);
        Assert.Equal(600, state.ReferenceCounts.Sum());
        Assert.Equal(1, state.Blocks);
    }

    [Fact]
    public void Start_EnoughHistory_RunsAtOnce()
    {
        var state = LatencyTest.Start(Settings, LatencyWorld.Bounds, Exactly(10_000));

        Assert.True(state.IsRunning);
        Assert.Equal(27, state.Scores.Count);
        Vector.Near(0, LatencyTest.LogEvidence(state), 1e-12);
        Assert.Null(LatencyTest.Dominant(Settings, state));
    }

    [Fact]
    public void Advance_OtherBounds_IsRefusedAndChangesNothing()
    {
        var state = LatencyTest.Start(Settings, LatencyWorld.Bounds, Exactly(10_000));

        var (next, outcome) = LatencyTest.Advance(Settings, state, new([5, 10], [1, 2, 3], [1, 2, 3]));

        Assert.Equal(LatencyOutcome.LayoutChanged, outcome);
        Assert.Same(state, next);
    }

    [Fact]
    public void Advance_OneArmWithoutRequests_LeavesTheEvidence()
    {
        var world = new LatencyWorld(2);
        var state = LatencyTest.Advance(Settings, LatencyTest.Start(Settings, LatencyWorld.Bounds, Exactly(10_000)), world.Block(100, 900)).State;
        var none = NumberList.Create(new double[12]);

        var noCandidate = LatencyTest.Advance(Settings, state, new(LatencyWorld.Bounds, none, Exactly(100)));
        var noBaseline = LatencyTest.Advance(Settings, state, new(LatencyWorld.Bounds, Exactly(100), none));

        Assert.Equal((LatencyOutcome.NoInformation, LatencyOutcome.NoInformation), (noCandidate.Outcome, noBaseline.Outcome));
        Assert.Equal(state.Scores, noCandidate.State.Scores);
        Assert.Equal(state.Blocks, noCandidate.State.Blocks);
        Assert.NotEqual(state.BaselineMemory, noCandidate.State.BaselineMemory);
        Assert.Equal(state, noBaseline.State);
    }

    [Fact]
    public void FromNumbers_WrittenAsJsonAndRead_IsTheSameToTheBit() =>
        Gen.Select(Gen.Int[0, 1000], Gen.Int[0, 12], Gen.Int[100, 900]).Sample(
            (seed, blocks, requests) =>
            {
                var world = new LatencyWorld(seed);
                var state = LatencyTest.Start(Settings, LatencyWorld.Bounds);
                for (var i = 0; i < blocks; i++)
                {
                    state = LatencyTest.Advance(Settings, state, world.Block(requests * 0.1, requests)).State;
                }

                var json = JsonSerializer.Serialize(state.ToNumbers().ToArray());
                var restored = LatencyTestState.FromNumbers(JsonSerializer.Deserialize<double[]>(json)!);
                var next = world.Block(requests * 0.1, requests);

                Assert.Equal(state, restored);
                Assert.Equal(state.GetHashCode(), restored.GetHashCode());
                Assert.Equal(state.IsRunning, restored.IsRunning);
                Assert.Equal(LatencyTest.Advance(Settings, state, next), LatencyTest.Advance(Settings, restored, next));
            },
            iter: 60);

    [Fact]
    public void FromNumbers_DamagedNumbers_AreRefused()
    {
        var numbers = LatencyTest.Start(Settings, LatencyWorld.Bounds, Exactly(10_000)).ToNumbers().ToArray();

        Assert.Throws<ArgumentException>(() => LatencyTestState.FromNumbers(numbers[..^1]));
        Assert.Throws<ArgumentException>(() => LatencyTestState.FromNumbers([.. numbers, 1]));
        Assert.Throws<ArgumentException>(() => LatencyTestState.FromNumbers([2, 3, 1, 2, 3, 1, 1]));
        Assert.Throws<ArgumentException>(() => LatencyTestState.FromNumbers([9, .. numbers[1..]]));
    }

    [Fact]
    public void Start_Running_AcceptsAtTheDistinctBoundsNearestTheQuantiles()
    {
        // p50 = 100, p90 = 216, p99 = 404: nearest by ratio are 100, 250 and 500
        Assert.Equal([100, 250, 500], LatencyTest.Start(Settings, LatencyWorld.Bounds, Exactly(100_000)).Thresholds.Select(threshold => threshold.Bound));

        // all in one bucket: one bound is nearest to all three
        Assert.Equal([10], LatencyTest.Start(Settings, [10, 20], [900, 0, 0]).Thresholds.Select(threshold => threshold.Bound));
    }

    [Fact]
    public void LogAcceptance_WeakestBoundDecides()
    {
        var settings = new LatencyTestSettings(acceptance: CountTestSettings.Acceptance(1.5, 0.005));
        var world = new LatencyWorld(3);
        var same = LatencyTest.Start(settings, LatencyWorld.Bounds, Exactly(10_000));
        var slowTail = same;
        for (var i = 0; i < 60; i++)
        {
            same = LatencyTest.Advance(settings, same, world.Block(1000, 1000)).State;
            slowTail = LatencyTest.Advance(settings, slowTail, world.Block(1000, 1000, LatencyWorld.Contaminated(0.03))).State;
        }

        Assert.True(Thresholds.IsReached(LatencyTest.LogAcceptance(settings, same), 0.05));
        Assert.False(Thresholds.IsReached(LatencyTest.LogAcceptance(settings, slowTail), 0.05));
        Assert.True(Thresholds.IsReached(CountTest.LogEvidence(settings.Acceptance, slowTail.Thresholds[0].Test), 0.05));
        Assert.Equal(0, LatencyTest.LogAcceptance(settings, LatencyTest.Start(settings, LatencyWorld.Bounds)));
    }

    [Fact]
    public void Dominant_EveryLatencyLonger_NamesTheScale()
    {
        var state = After(12, LatencyWorld.Shares(1.3));

        var dominant = LatencyTest.Dominant(Settings, state)!.Value;

        Assert.Equal(LatencyChange.Scale, dominant.Alternative.Change);
        Assert.Equal("every latency times about 1.3", dominant.Alternative.Description);
        Assert.InRange(dominant.Share, 0.9, 1);
    }

    [Fact]
    public void Dominant_SomeRequestsVerySlow_NamesTheShare()
    {
        var dominant = LatencyTest.Dominant(Settings, After(12, LatencyWorld.Contaminated(0.03)))!.Value;

        Assert.Equal("about 3 % of requests moved above p99", dominant.Alternative.Description);
    }

    [Fact]
    public void Advance_OneRequestSlower_IsMoreEvidence() =>
        Gen.Select(Gen.Int[0, 1000], Gen.Int[0, 10]).Sample(
            (seed, bucket) =>
            {
                var start = LatencyTest.Start(Settings, LatencyWorld.Bounds, Exactly(10_000));
                var block = new LatencyWorld(seed).Block(100, 900);
                var faster = block.Candidate.ToArray();
                var slower = block.Candidate.ToArray();
                faster[bucket]++;
                slower[bucket + 1]++;

                // neighbouring buckets may have the same ratio, and then differ by rounding alone
                return LogEvidence(start, new(block.Bounds, NumberList.Create(slower), block.Baseline)) + 1e-12
                    >= LogEvidence(start, new(block.Bounds, NumberList.Create(faster), block.Baseline));
            });

    [Fact]
    public void Advance_LargestCounts_GiveFiniteEvidence()
    {
        var settings = new LatencyTestSettings(1.1, 0.0005);
        var start = LatencyTest.Start(settings, [1, 2], [1e6, 0, 0]);

        foreach (var (candidate, baseline) in new (NumberList, NumberList)[]
        {
            ([0, 0, 9007199254740992], [9007199254740992, 0, 0]),
            ([9007199254740992, 0, 0], [0, 0, 1]),
            ([1, 0, 0], [0, 0, 9007199254740992]),
        })
        {
            Assert.True(double.IsFinite(LatencyTest.LogEvidence(LatencyTest.Advance(settings, start, new([1, 2], candidate, baseline)).State)));
        }
    }

    [Fact]
    public void LatencyTestSettings_WrongNumbers_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new LatencyTestSettings(marginRatio: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LatencyTestSettings(marginDifference: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LatencyTestSettings(dispersion: 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LatencyTestSettings(halfLifeBlocks: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LatencyTestSettings(smoothing: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LatencyTestSettings(minimumReferenceRequests: 0));
        Assert.Throws<ArgumentException>(() => new LatencyTestSettings(acceptance: CountTestSettings.Rollback()));
    }

    [Fact]
    public void Build_AnyHistogram_GivesOrderedRatiosAndWeightsOfOne() =>
        Gen.Select(Gen.Double[0.001, 10].Array[1, 40], Gen.Int[0, 2000].Array[41], Gen.Bool).Sample(
            (steps, counts, broad) =>
            {
                var sum = 0.0;
                NumberList bounds = [.. steps.Select(step => sum += step)];
                NumberList reference = [1 + counts[0], .. counts.Skip(1).Take(bounds.Count).Select(count => (double)count)];

                var dictionary = LatencyDictionary.Build(bounds, reference, broad ? LatencySearch.Broad : LatencySearch.Specified);

                Assert.Equal(27, dictionary.Alternatives.Count);
                Vector.Near(1, dictionary.Alternatives.Sum(alternative => alternative.Weight), 1e-12);
                for (var i = 0; i < 27; i++)
                {
                    var ratios = dictionary.Ratios(i);
                    Assert.Equal(ratios.Order(), ratios);
                    Assert.All(ratios, ratio => Assert.InRange(ratio, 0.02, 50));
                }
            });

    [Fact]
    public void Build_BroadSearch_MovesWhatItsNamesSay()
    {
        var dictionary = LatencyDictionary.Build(LatencyWorld.Bounds, Exactly(1_000_000), LatencySearch.Broad);
        var shares = LatencyWorld.Shares(1);
        double Above(string name, int bound)
        {
            var ratios = dictionary.Ratios(dictionary.Alternatives.Select(alternative => alternative.Name).ToList().IndexOf(name));
            return shares.Zip(ratios, (share, ratio) => share * ratio).Skip(bound + 1).Sum();
        }

        // all requests 15 ms longer: 100 ms is exceeded by what took 85; half of them 30 ms longer
        Vector.Near(1 - MathNet.Numerics.Distributions.Normal.CDF(Math.Log(100), 0.6, Math.Log(85)), Above("delay 100 % by 0.15 medians", 4), 0.02);
        Vector.Near(0.5 * 0.5 + 0.5 * (1 - MathNet.Numerics.Distributions.Normal.CDF(Math.Log(100), 0.6, Math.Log(70))), Above("delay 50 % by 0.3 medians", 4), 0.02);
        Assert.Equal("about 0.3 % of requests longer by about 20 times p50", dictionary.Alternatives[25].Description);
        Assert.NotEqual(dictionary, LatencyDictionary.Build(LatencyWorld.Bounds, Exactly(1_000_000)));
    }

    [Fact]
    public void FromNumbers_BroadSearch_IsKept()
    {
        var settings = LatencyTestSettings.Rollback(1);
        var world = new LatencyWorld(8);
        var state = LatencyTest.Advance(settings, LatencyTest.Start(settings, LatencyWorld.Bounds, Exactly(10_000)), world.Block(100, 900, LatencyWorld.Shares(1.3))).State;

        var restored = LatencyTestState.FromNumbers(state.ToNumbers());

        Assert.Equal(LatencySearch.Broad, restored.Dictionary!.Search);
        Assert.Equal(state, restored);
        Assert.Equal(LatencyTest.LogEvidence(state), LatencyTest.LogEvidence(restored));
        var numbers = state.ToNumbers().ToArray();
        var at = 1 + 12 + 13 + 28;
        Assert.Equal(1, numbers[at]);
        Assert.Throws<ArgumentException>(() => LatencyTestState.FromNumbers([.. numbers[..at], 2, .. numbers[(at + 1)..]]));
        Assert.Throws<ArgumentException>(() => LatencyTestState.FromNumbers([.. numbers[..at], 0.5, .. numbers[(at + 1)..]]));
    }

    [Fact]
    public void Build_WithoutRequests_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => LatencyDictionary.Build([1], [0, 0]));
        Assert.Throws<ArgumentException>(() => LatencyDictionary.Build([1], [5]));
        Assert.Throws<ArgumentOutOfRangeException>(() => LatencyDictionary.Build([1], [5, 5]).Ratios(27));
    }

    private static LatencyTestState After(int blocks, double[] candidate)
    {
        var world = new LatencyWorld(5);
        var state = LatencyTest.Start(Settings, LatencyWorld.Bounds, Exactly(1_000_000));
        for (var i = 0; i < blocks; i++)
        {
            state = LatencyTest.Advance(Settings, state, world.Block(200, 800, candidate)).State;
        }

        return state;
    }

    private static double LogEvidence(LatencyTestState start, HistogramBlock block) => LatencyTest.LogEvidence(LatencyTest.Advance(Settings, start, block).State);

    /// <summary>As many requests as said, in whole numbers, nearly as the baseline's law has it.</summary>
    private static NumberList Exactly(double requests)
    {
        var counts = LatencyWorld.Shares(1).Select(share => Math.Floor(share * requests)).ToArray();
        counts[4] += requests - counts.Sum();
        return NumberList.From(counts);
    }
}
