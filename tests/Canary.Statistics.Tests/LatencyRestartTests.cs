using CsCheck;

namespace Canary.Statistics.Tests;

/// <summary>The budget of a latency test: staked at steps, carried over to other buckets.</summary>
public sealed class LatencyRestartTests
{
    private static readonly LatencyTestSettings Settings = new();

    private static readonly NumberList Reference = NumberList.From(LatencyWorld.Shares(1).Select(share => Math.Floor(share * 10_000)));

    // coarser, and with a bound of its own
    private static readonly NumberList OtherBounds = [10, 50, 100, 300, 1000];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    public void Restart_DefaultSchedule_SpendsExactlyTheBudget(int laterSteps)
    {
        var schedule = RestartSchedule.Default(laterSteps);
        var state = LatencyTest.Start(Settings, LatencyWorld.Bounds, Reference, schedule.First);
        var staked = Math.Exp(state.Scores[0]);
        for (var step = 1; step <= laterSteps; step++)
        {
            var before = Math.Exp(state.Scores[0]);
            state = LatencyTest.Restart(state, schedule.ShareAt(step));
            staked += Math.Exp(state.Scores[0]) - before;
        }

        Vector.Near(1, staked, 1e-12);
        Assert.InRange(state.Unspent, 0, 1e-12);
        Vector.Near(0, LatencyTest.LogEvidence(state), 1e-12);
    }

    [Fact]
    public void Restart_AnyEvidence_KeepsIt() =>
        Gen.Select(Gen.Int[0, 999], Gen.Int[0, 8], Gen.Double[0.01, 1], Gen.Double[0.01, 1]).Sample((seed, blocks, first, share) =>
        {
            var state = After(Started(first), new(seed), blocks);

            var restarted = LatencyTest.Restart(state, share);

            Vector.Near(LatencyTest.LogEvidence(state), LatencyTest.LogEvidence(restarted), 1e-12);
            Vector.Near(Math.Max(0, 1 - first - share), restarted.Unspent, 1e-12);
        });

    [Fact]
    public void Advance_WithRestart_IsTheMixtureOfTestsThatBeganThen() =>
        Gen.Select(Gen.Int[0, 999], Gen.Double[0.1, 0.9]).Sample((seed, first) =>
        {
            var second = (1 - first) / 2;
            var early = new LatencyWorld(seed);
            var lone = After(Started(1), early, 3);
            var state = LatencyTest.Restart(After(Started(first), new(seed), 3), second);

            // the late test knows the baseline as well as the other: only its evidence starts anew
            var late = lone with { Scores = NumberList.Own(new double[lone.Scores.Count]) };
            for (var i = 0; i < 3; i++)
            {
                var block = early.Block(100, 900, LatencyWorld.Shares(1.1));
                (state, lone, late) = (Advance(state, block), Advance(lone, block), Advance(late, block));
            }

            var expected = first * Math.Exp(LatencyTest.LogEvidence(lone)) + second * Math.Exp(LatencyTest.LogEvidence(late)) + (1 - first - second);
            Vector.Near(Math.Log(expected), LatencyTest.LogEvidence(state));
        });

    [Fact]
    public void Restart_WhileCollecting_IsStakedWhenTheTestRuns()
    {
        var state = LatencyTest.Restart(LatencyTest.Start(Settings, LatencyWorld.Bounds, 0.5), 0.25);
        Assert.Equal((0.75, 0.25, 0.0), (state.Pending, state.Unspent, LatencyTest.LogEvidence(state)));

        state = Advance(state, new(LatencyWorld.Bounds, Reference, Reference));

        Assert.Equal((0.0, 0.25), (state.Pending, state.Unspent));
        Assert.All(state.Scores, score => Assert.Equal(Math.Log(0.75), score));
        Vector.Near(0, LatencyTest.LogEvidence(state), 1e-12);
    }

    [Fact]
    public void Restart_NothingLeft_ChangesNothing()
    {
        var state = Started(1);

        Assert.Same(state, LatencyTest.Restart(state, 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => LatencyTest.Restart(state, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => LatencyTest.Start(Settings, LatencyWorld.Bounds, double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => LatencyTest.Start(Settings, LatencyWorld.Bounds, Reference, 1.5));
    }

    [Fact]
    public void Advance_RegressionAtALaterStep_IsSeenSooner()
    {
        var plain = After(Started(1), new(4), 120);
        var staged = LatencyTest.Restart(After(Started(0.5), new(4), 120), 0.25);

        Assert.True(BlocksUntilReached(staged, 1.1) < BlocksUntilReached(plain, 1.1));
    }

    [Fact]
    public void ChangeLayout_AnyEvidence_KeepsItAndTheBudget() =>
        Gen.Select(Gen.Int[0, 999], Gen.Int[0, 8], Gen.Double[0.01, 1], Gen.Double[0, 1], Gen.Double[0.8, 1.3]).Sample((seed, blocks, first, share, scale) =>
        {
            var state = After(Started(first), new(seed), blocks, scale);

            var changed = LatencyTest.ChangeLayout(Settings, state, OtherBounds, share);

            Vector.Near(LatencyTest.LogEvidence(state), LatencyTest.LogEvidence(changed), 1e-9);
            Vector.Near(Math.Max(0, 1 - first - share), changed.Unspent, 1e-12);
            Assert.Equal(state.MaximumLogEvidence, changed.MaximumLogEvidence);
            Assert.True(changed.IsRunning);
        });

    [Fact]
    public void ChangeLayout_Twice_StillDecides()
    {
        // everything was staked at the start, and the buckets change while the regression goes on
        var world = new LatencyWorld(9);
        var state = After(Started(1), world, 5, 1.1);
        state = LatencyTest.ChangeLayout(Settings, state, OtherBounds, 0.2);
        Assert.Equal(LatencyOutcome.LayoutChanged, LatencyTest.Advance(Settings, state, world.Block(100, 900)).Outcome);
        state = LatencyTest.ChangeLayout(Settings, state, LatencyWorld.Bounds, 0.2);

        Assert.True(BlocksUntilReached(state, 1.3) < 15);
        Assert.True(double.IsFinite(state.Frozen));
    }

    [Fact]
    public void ChangeLayout_Frozen_StaysWhateverComes()
    {
        var state = LatencyTest.ChangeLayout(Settings, After(Started(1), new(9), 12, 1.3), OtherBounds, 0);
        var frozen = LatencyTest.LogEvidence(state) + Math.Log(0.5);
        for (var i = 0; i < 100; i++)
        {
            // the candidate is fast now: what was staked is lost, what was frozen is not
            state = Advance(state, new(OtherBounds, [0, 60, 40, 0, 0, 0], [0, 90, 360, 400, 50, 0]));
        }

        // half of what it was before, and a trace of the bets on buckets that nobody came to
        Assert.InRange(LatencyTest.LogEvidence(state), frozen, frozen + 0.3);
        Vector.Near(frozen, state.Frozen, 1e-9);
    }

    [Fact]
    public void ChangeLayout_SameBoundsOrNoneYet_KeepsTheState()
    {
        var running = Started(0.5);
        Assert.Same(running, LatencyTest.ChangeLayout(Settings, running, LatencyWorld.Bounds, 0.1));

        var collecting = LatencyTest.ChangeLayout(Settings, LatencyTest.Start(Settings, LatencyWorld.Bounds, Some(100), 0.5), OtherBounds, 0.1);

        Assert.False(collecting.IsRunning);
        Assert.Equal((0.6, 0.4), (collecting.Pending, collecting.Unspent));
        Vector.Near(Some(100).Sum(), collecting.ReferenceCounts.Sum(), 1e-9);
        Assert.Equal(0, LatencyTest.LogEvidence(collecting));
        Assert.Equal(NumberList.Create(new double[6]), LatencyTest.ChangeLayout(Settings, LatencyTest.Start(Settings, LatencyWorld.Bounds), OtherBounds, 0).ReferenceCounts);
    }

    [Fact]
    public void ChangeLayout_BoundsKept_KeepsWhatIsBelowThem()
    {
        var changed = LatencyTest.ChangeLayout(Settings, Started(1), [10, 100, 1000], 0);

        // exact up to the trace that empty buckets get
        Vector.Near(Reference.Take(2).Sum(), changed.ReferenceCounts[0], 0.01);
        Vector.Near(Reference.Take(5).Sum(), changed.ReferenceCounts[0] + changed.ReferenceCounts[1], 0.01);
        Vector.Near(Reference.Sum(), changed.ReferenceCounts.Sum(), 1e-9);
    }

    [Fact]
    public void ChangeLayout_AcceptanceTests_GoOnAtTheNearestBound()
    {
        var state = After(Started(1), new(6), 30);

        var changed = LatencyTest.ChangeLayout(Settings, state, [90, 240, 250, 480], 0.1);

        Assert.Equal([90, 240, 480], changed.Thresholds.Select(threshold => threshold.Bound));
        Assert.Equal(state.Thresholds.Select(threshold => threshold.Test), changed.Thresholds.Select(threshold => threshold.Test));
        Assert.Equal(LatencyTest.LogAcceptance(Settings, state), LatencyTest.LogAcceptance(Settings, changed));
    }

    [Fact]
    public void FromNumbers_KnownAlternatives_AreUsedOnlyWhenTheyAreTheSame()
    {
        var state = LatencyTest.ChangeLayout(Settings, After(Started(0.5), new(6), 5), OtherBounds, 0.1);

        var reused = LatencyTestState.FromNumbers(state.ToNumbers(), state.Dictionary);
        var other = LatencyTestState.FromNumbers(state.ToNumbers(), Started(1).Dictionary);

        Assert.Same(state.Dictionary, reused.Dictionary);
        Assert.NotSame(state.Dictionary, other.Dictionary);
        Assert.Equal(state, reused);
        Assert.Equal(state, other);
        Assert.All(state.ToNumbers(), number => Assert.True(double.IsFinite(number)));
        Assert.Equal(Advance(reused, Block()), Advance(other, Block()));

        HistogramBlock Block() => new(OtherBounds, [0, 60, 40, 10, 5, 0], [0, 90, 360, 400, 50, 0]);
    }

    [Fact]
    public void ToNumbers_TwentyBuckets_IsUnderFourKibibytes()
    {
        var bounds = NumberList.From(Enumerable.Range(0, 19).Select(i => 5 * Math.Pow(1.5, i)));
        var state = LatencyTest.Start(Settings, bounds, NumberList.From(Enumerable.Repeat(100.0, 20)), 0.5);

        Assert.InRange(8 * state.ToNumbers().Count, 1000, 4096);
    }

    private static LatencyTestState Started(double share) => LatencyTest.Start(Settings, LatencyWorld.Bounds, Reference, share);

    private static LatencyTestState Advance(LatencyTestState state, HistogramBlock block) => LatencyTest.Advance(Settings, state, block).State;

    private static NumberList Some(double requests) => NumberList.From(LatencyWorld.Shares(1).Select(share => Math.Floor(share * requests)));

    private static LatencyTestState After(LatencyTestState state, LatencyWorld world, int blocks, double scale = 1)
    {
        for (var i = 0; i < blocks; i++)
        {
            state = Advance(state, world.Block(100, 900, LatencyWorld.Shares(scale)));
        }

        return state;
    }

    private static int BlocksUntilReached(LatencyTestState state, double scale)
    {
        var world = new LatencyWorld(77);
        var blocks = 0;
        for (; !Thresholds.IsReached(LatencyTest.LogEvidence(state), 0.01) && blocks < 1000; blocks++)
        {
            state = Advance(state, world.Block(100, 900, LatencyWorld.Shares(scale)));
        }

        return blocks;
    }
}
