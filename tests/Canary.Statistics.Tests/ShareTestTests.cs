using System.Text.Json;
using CsCheck;
using MathNet.Numerics.Distributions;

namespace Canary.Statistics.Tests;

public sealed class ShareTestTests
{
    [Fact]
    public void Advance_StateOfOtherSettings_IsRefusedEvenWithoutRequests()
    {
        var settings = new ShareTestSettings();

        Assert.Throws<ArgumentException>(() => ShareTest.Advance(settings, ShareTest.Start(settings) with { FewerScores = [0] }, new(0, 0, 0.5)));
    }

    private const double Slack = 1 + 1e-9;
    private const int Hour = 360;

    [Fact]
    public void Evidence_SharesWithinTheTolerance_ExpectsAtMostOne() =>
        Gen.Select(Gen.Int[1, 12], Gen.Int[1, 8], Gen.Double[0.01, 0.99], Gen.Double[0.01, 0.99], Gen.Double[0, 1], Gen.Double[0, 1]).Sample(
            (first, second, firstPlan, secondPlan, firstPart, secondPart) =>
            {
                // two blocks with their own plan and their own true share anywhere in the tolerance
                var settings = new ShareTestSettings();
                var sum = 0.0;
                foreach (var (candidate, chance) in Outcomes(first, Share(firstPlan, 0.8 + 0.45 * firstPart)))
                {
                    var state = ShareTest.Advance(settings, ShareTest.Start(settings), new(candidate, first - candidate, firstPlan));
                    sum += Outcomes(second, Share(secondPlan, 0.8 + 0.45 * secondPart)).Sum(next =>
                        chance * next.Chance * Math.Exp(ShareTest.LogEvidence(settings, ShareTest.Advance(settings, state, new(next.Candidate, second - next.Candidate, secondPlan)))));
                }

                return sum <= Slack;
            },
            iter: 1000);

    [Fact]
    public void Evidence_ConnectionsAsDispersion_ExpectsAtMostOne() =>
        Gen.Select(Gen.Int[1, 3].Array[1, 6], Gen.Double[0.02, 0.98], Gen.Double[0.8, 1.25]).Sample((connections, plan, ratio) =>
        {
            // each connection brings up to three requests to the same arm
            var settings = new ShareTestSettings(dispersion: 3);
            var share = Share(plan, ratio);
            return Enumerable.Range(0, 1 << connections.Length).Sum(outcome =>
            {
                var candidate = connections.Where((_, i) => (outcome >> i & 1) == 1).Sum();
                var chance = connections.Select((_, i) => (outcome >> i & 1) == 1 ? share : 1 - share).Aggregate(1.0, (product, part) => product * part);
                return chance * Math.Exp(ShareTest.LogEvidence(settings, ShareTest.Advance(settings, ShareTest.Start(settings), new(candidate, connections.Sum() - candidate, plan))));
            }) <= Slack;
        });

    [Fact]
    public void Advance_RequestsAsDealt_RarelyWarns()
    {
        var settings = new ShareTestSettings();
        var alarms = Enumerable.Range(0, 300).Count(seed => BlocksUntil(settings, seed, ratio: 1, connection: 1) <= Hour);

        // tolerated ratios lie between 0.8 and 1.25: dealt as planned, nothing speaks against it
        Assert.Equal(0, alarms);
    }

    [Fact]
    public void Advance_CandidateOnTheTolerance_WarnsAtMostAsOftenAsPromised()
    {
        var settings = new ShareTestSettings();
        var few = Enumerable.Range(0, 300).Count(seed => BlocksUntil(settings, seed, ratio: 0.8, connection: 1, errorProbability: 0.05) <= Hour);
        var many = Enumerable.Range(0, 300).Count(seed => BlocksUntil(settings, seed, ratio: 1.25, connection: 1, errorProbability: 0.05) <= Hour);

        Assert.InRange(few / 300.0, 0, 0.05);
        Assert.InRange(many / 300.0, 0, 0.05);
        Assert.True(few + many > 0);
    }

    [Theory]
    [InlineData(0.7, 6, 30)]
    [InlineData(0.5, 1, 3)]
    [InlineData(0, 1, 1)]
    [InlineData(1.5, 2, 12)]
    public void Advance_HangingOrMisroutedRequests_AreSeenSoon(double ratio, int least, int most)
    {
        var settings = new ShareTestSettings();
        var blocks = Enumerable.Range(0, 60).Select(seed => BlocksUntil(settings, seed, ratio, connection: 1)).Order().ToArray();

        Assert.InRange(blocks[30], least, most);
    }

    [Theory]
    [InlineData(1, 30)]
    [InlineData(30, 2)]
    public void Advance_StickyUsers_NeedTheRequestsOfTheirSessionsAsDispersion(double stay, double perBlock)
    {
        // dealt on the edge of the tolerance; users stay with their arm for so many blocks
        var plain = Enumerable.Range(0, 60).Count(seed => Alarms(new ShareTestSettings(), seed, stay, perBlock));
        var withinBlock = Enumerable.Range(0, 60).Count(seed => Alarms(ShareTestSettings.ForSessions(perBlock), seed, stay, perBlock));
        var tempered = Enumerable.Range(0, 60).Count(seed => Alarms(ShareTestSettings.ForSessions(stay * perBlock), seed, stay, perBlock));

        Assert.InRange(plain, 30, 60);
        Assert.InRange(tempered, 0, 1);
        Assert.True(stay == 1 || withinBlock > 5);
    }

    [Fact]
    public void Advance_MoreOfTheCandidate_IsMoreEvidenceAboveAndLessBelow() =>
        Gen.Select(Gen.Int[1, 500], Gen.Double[0, 1], Gen.Double[0.01, 0.99]).Sample((requests, part, plan) =>
        {
            var settings = new ShareTestSettings();
            var candidate = Math.Floor(part * (requests - 1));
            var fewer = ShareTest.Advance(settings, ShareTest.Start(settings), new(candidate, requests - candidate, plan));
            var more = ShareTest.Advance(settings, ShareTest.Start(settings), new(candidate + 1, requests - candidate - 1, plan));
            return ShareTest.LogTooMany(settings, more) > ShareTest.LogTooMany(settings, fewer)
                && ShareTest.LogTooFew(settings, more) < ShareTest.LogTooFew(settings, fewer);
        });

    [Fact]
    public void FromNumbers_WrittenAsJsonAndRead_IsTheSameToTheBit() =>
        Gen.Select(Gen.Select(Gen.Int[0, 100], Gen.Int[0, 900], Gen.Double[0, 1]).Array[1, 20], Gen.Double[1, 5]).Sample((blocks, dispersion) =>
        {
            var settings = new ShareTestSettings(dispersion: dispersion);
            var state = ShareTest.Start(settings);
            foreach (var (candidate, baseline, plan) in blocks)
            {
                state = ShareTest.Advance(settings, state, new(candidate, baseline, plan));
                var restored = ShareTestState.FromNumbers(JsonSerializer.Deserialize<double[]>(JsonSerializer.Serialize(state.ToNumbers()))!);
                Assert.Equal(state, restored);
                state = restored;
            }

            Assert.Equal(Math.Exp(-state.MaximumLogEvidence), state.AnytimePValue);
        });

    [Fact]
    public void Advance_SplitBlocks_IsTheSameEvidence() =>
        Gen.Select(Gen.Int[0, 100], Gen.Int[0, 900], Gen.Double[0.01, 0.99], Gen.Int[0, 100], Gen.Int[0, 900]).Sample((candidate, baseline, plan, more, further) =>
        {
            var settings = new ShareTestSettings();
            var split = ShareTest.Advance(settings, ShareTest.Advance(settings, ShareTest.Start(settings), new(candidate, baseline, plan)), new(more, further, plan));
            var whole = ShareTest.Advance(settings, ShareTest.Start(settings), new(candidate + more, baseline + further, plan));
            Vector.Near(ShareTest.LogEvidence(settings, whole), ShareTest.LogEvidence(settings, split), 1e-10);
            Assert.Equal(whole.ObservedShare, split.ObservedShare);
        });

    [Theory]
    [InlineData(0, 0, 0.5)]
    [InlineData(10, 90, 0)]
    [InlineData(10, 90, 1)]
    public void Advance_NothingToCompare_ChangesNothing(double candidate, double baseline, double plan)
    {
        var settings = new ShareTestSettings();
        var state = ShareTest.Advance(settings, ShareTest.Start(settings), new(10, 10, 0.4));

        Assert.Same(state, ShareTest.Advance(settings, state, new(candidate, baseline, plan)));
        Assert.Equal(0.5, state.ObservedShare);
        Assert.Equal(0.4, state.PlannedShare);
        Assert.Null(ShareTest.Start(settings).ObservedShare);
    }

    [Fact]
    public void Advance_LargestCounts_GiveFiniteEvidence()
    {
        var settings = new ShareTestSettings();
        foreach (var block in new ShareBlock[] { new(9007199254740992, 0, 1e-9), new(0, 9007199254740992, 1 - 1e-9), new(9007199254740992, 9007199254740992, 0.5) })
        {
            Assert.True(double.IsFinite(ShareTest.LogEvidence(settings, ShareTest.Advance(settings, ShareTest.Start(settings), block))));
        }
    }

    [Fact]
    public void ShareTest_WrongInput_IsRefused()
    {
        var settings = new ShareTestSettings();
        var numbers = ShareTest.Start(settings).ToNumbers().ToArray();

        Assert.Throws<ArgumentOutOfRangeException>(() => new ShareTestSettings(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ShareTestSettings(1.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ShareTestSettings(0.8, 0.9));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ShareTestSettings(dispersion: double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => ShareTestSettings.ForSessions(0.9));
        Assert.Equal((1, 3), (ShareTestSettings.ForSessions(1).Dispersion, ShareTestSettings.ForSessions(2).Dispersion));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ShareBlock(-1, 0, 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ShareBlock(1, double.NaN, 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ShareBlock(1, 1, double.NaN));
        Assert.False(ShareBlock.TryCreate(1, double.PositiveInfinity, 0.5, out _));
        Assert.False(ShareBlock.TryCreate(-1, 1, 0.5, out _));
        Assert.False(ShareBlock.TryCreate(1, 1, 1.5, out var refused));
        Assert.Equal(default, refused);
        Assert.True(ShareBlock.TryCreate(1, 2, 0.5, out var block));
        Assert.Equal(new(1, 2, 0.5), block);
        Assert.Throws<ArgumentException>(() => ShareTestState.FromNumbers([.. numbers, 1]));
        Assert.Throws<ArgumentException>(() => ShareTestState.FromNumbers([7, .. numbers[1..]]));
        Assert.Throws<ArgumentException>(() => ShareTest.Advance(settings, ShareTestState.FromNumbers([1, 1, 0, 1, 0, 0, 0, 0, 0, 0]), block));
        Assert.Equal(new ShareTestSettings(), settings);
        Assert.NotEqual(new ShareTestSettings(0.7), settings);
    }

    private static double Share(double plan, double ratio) => ratio * plan / (ratio * plan + 1 - plan);

    private static IEnumerable<(int Candidate, double Chance)> Outcomes(int requests, double share) =>
        Enumerable.Range(0, requests + 1).Select(candidate => (candidate, Enumeration.Binomial(requests, candidate, share)));

    /// <summary>100 requests/s, a tenth of them planned for the candidate, in connections of geometric length.</summary>
    private static int BlocksUntil(ShareTestSettings settings, int seed, double ratio, double connection, double errorProbability = 0.01)
    {
        var random = new Random(seed);
        var share = Share(0.1, ratio);
        var state = ShareTest.Start(settings);
        for (var block = 1; block <= Hour; block++)
        {
            var (candidate, baseline) = (0.0, 0.0);
            for (var connections = Poisson.Sample(random, 1000 / connection); connections > 0; connections--)
            {
                double requests = connection == 1 ? 1 : Geometric.Sample(random, 1 / connection);
                (candidate, baseline) = random.NextDouble() < share ? (candidate + requests, baseline) : (candidate, baseline + requests);
            }

            state = ShareTest.Advance(settings, state, new(candidate, baseline, 0.1));
            if (Thresholds.IsReached(ShareTest.LogEvidence(settings, state), errorProbability))
            {
                return block;
            }
        }

        return Hour + 1;
    }

    /// <summary>100 requests/s of users who each bring so many requests a block for so many blocks, all of them to one arm; a tenth is planned for the candidate, at odds of 0.8 of that.</summary>
    private static bool Alarms(ShareTestSettings settings, int seed, double stay, double perBlock)
    {
        var random = new Random(seed);
        var share = Share(0.1, 0.8);
        var users = 1000 / perBlock;
        var (candidates, baselines) = (Poisson.Sample(random, users * share), Poisson.Sample(random, users * (1 - share)));
        var state = ShareTest.Start(settings);
        for (var block = 0; block < Hour; block++)
        {
            candidates += Poisson.Sample(random, users * share / stay) - Leaving(random, candidates, stay);
            baselines += Poisson.Sample(random, users * (1 - share) / stay) - Leaving(random, baselines, stay);
            state = ShareTest.Advance(settings, state, new(Requests(random, candidates * perBlock), Requests(random, baselines * perBlock), 0.1));
        }

        return Thresholds.IsReached(state.MaximumLogEvidence, 0.01);
    }

    private static int Leaving(Random random, int users, double stay) => users == 0 ? 0 : stay == 1 ? users : Binomial.Sample(random, 1 / stay, users);

    private static double Requests(Random random, double mean) => mean == 0 ? 0 : Poisson.Sample(random, mean);
}
