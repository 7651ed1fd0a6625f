using CsCheck;

namespace Canary.Statistics.Tests;

public sealed class RestartTests
{
    private static readonly CountTestSettings Settings = CountTestSettings.Rollback();

    private static readonly Gen<CountBlock> Blocks = Gen.Select(
        Gen.Int[1, 300], Gen.Int[1, 3000], Gen.Int[0, 20], Gen.Int[0, 60],
        (candidates, baselines, candidate, baseline) => new CountBlock(candidates, baselines, Math.Min(candidate, candidates), Math.Min(baseline, baselines)));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(1000)]
    public void Default_AnyNumberOfSteps_SpendsExactlyTheBudget(int laterSteps)
    {
        var schedule = RestartSchedule.Default(laterSteps);
        var state = CountTest.Start(Settings, schedule.First);
        for (var step = 1; step <= laterSteps; step++)
        {
            state = CountTest.Restart(Settings, state, schedule.ShareAt(step));
        }

        Assert.Equal(1, Enumerable.Range(0, laterSteps + 10).Sum(schedule.ShareAt), 1e-12);
        Assert.InRange(state.Unspent, 0, 1e-12);
        Vector.Near(0, CountTest.LogEvidence(Settings, state), 1e-12);
        Assert.Equal(laterSteps == 0 ? 1 : 0.5, schedule.First);
    }

    [Fact]
    public void Restart_AnyEvidence_KeepsIt() =>
        Gen.Select(Blocks.Array[0, 10], Gen.Double[0.01, 1], Gen.Double[0.01, 1]).Sample((blocks, first, share) =>
        {
            var state = blocks.Aggregate(CountTest.Start(Settings, first), (current, block) => CountTest.Advance(Settings, current, block));

            var restarted = CountTest.Restart(Settings, state, share);

            Vector.Near(CountTest.LogEvidence(Settings, state), CountTest.LogEvidence(Settings, restarted), 1e-12);
            Assert.InRange(restarted.Unspent, 0, state.Unspent);
        });

    [Fact]
    public void Restart_MoreThanIsLeft_StakesWhatIsLeft()
    {
        var state = CountTest.Restart(Settings, CountTest.Start(Settings, 0.7), 0.9);

        Assert.Equal(0, state.Unspent);
        Vector.Near(0, CountTest.LogEvidence(Settings, state), 1e-12);
        Assert.Same(state, CountTest.Restart(Settings, state, 0.1));
    }

    [Fact]
    public void Advance_WithRestarts_IsTheMixtureOfTestsThatBeganThen() =>
        Gen.Select(Blocks.Array[1, 6], Blocks.Array[1, 6], Gen.Double[0.1, 0.9]).Sample((early, late, first) =>
        {
            var second = (1 - first) / 2;
            var state = early.Aggregate(CountTest.Start(Settings, first), Advance);
            state = late.Aggregate(CountTest.Restart(Settings, state, second), Advance);

            var whole = Math.Exp(CountTest.LogEvidence(Settings, early.Concat(late).Aggregate(CountTest.Start(Settings), Advance)));
            var lateOnly = Math.Exp(CountTest.LogEvidence(Settings, late.Aggregate(CountTest.Start(Settings), Advance)));
            Vector.Near(Math.Log(first * whole + second * lateOnly + (1 - first - second)), CountTest.LogEvidence(Settings, state));
        });

    [Fact]
    public void Advance_RegressionAtALaterStep_IsSeenSoonerThanByThePlainTest()
    {
        var better = new CountBlock(100, 900, 0, 9);
        var worse = new CountBlock(100, 900, 4, 9);
        var plain = Enumerable.Repeat(better, 60).Aggregate(CountTest.Start(Settings), Advance);
        var staged = CountTest.Restart(Settings, Enumerable.Repeat(better, 60).Aggregate(CountTest.Start(Settings, 0.5), Advance), 0.125);

        Assert.True(BlocksUntilReached(staged, worse) + 4 < BlocksUntilReached(plain, worse));
    }

    [Fact]
    public void Restart_WrongShare_IsRefused()
    {
        foreach (var share in new[] { 0, -0.1, 1.1, double.NaN })
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => CountTest.Start(Settings, share));
            Assert.Throws<ArgumentOutOfRangeException>(() => CountTest.Restart(Settings, CountTest.Start(Settings, 0.5), share));
            Assert.Throws<ArgumentOutOfRangeException>(() => new RestartSchedule(share, 1));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => RestartSchedule.Default(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => RestartSchedule.Default(1).ShareAt(-1));
        Assert.Throws<ArgumentException>(() => CountTest.Restart(CountTestSettings.Acceptance(), CountTest.Start(Settings, 0.5), 0.1));
    }

    [Fact]
    public void FromNumbers_ImpossibleUnspentShare_IsRefused()
    {
        var numbers = CountTest.Start(CountTestSettings.Rollback(), 0.5).ToNumbers().ToArray();
        var at = Array.IndexOf(numbers, 0.5);

        Assert.Throws<ArgumentException>(() => CountTestState.FromNumbers([.. numbers[..at], 1.5, .. numbers[(at + 1)..]]));
        Assert.Throws<ArgumentException>(() => CountTestState.FromNumbers([.. numbers[..at], double.NaN, .. numbers[(at + 1)..]]));
    }

    private static CountTestState Advance(CountTestState state, CountBlock block) => CountTest.Advance(Settings, state, block);

    private static int BlocksUntilReached(CountTestState state, CountBlock block)
    {
        var blocks = 0;
        for (; !Thresholds.IsReached(CountTest.LogEvidence(Settings, state), 0.01); blocks++)
        {
            state = Advance(state, block);
        }

        return blocks;
    }
}
