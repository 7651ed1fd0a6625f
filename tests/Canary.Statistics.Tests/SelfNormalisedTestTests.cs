using System.Text.Json;
using CsCheck;
using MathNet.Numerics.Distributions;

namespace Canary.Statistics.Tests;

public sealed class SelfNormalisedTestTests
{
    private const double Slack = 1 + 1e-9;
    private const int Hour = 360;

    private static readonly SelfNormalisedTestSettings Delyon = new(1, 0, SelfNormalisation.Delyon);

    private sealed record Scrape(double Nc, double Nb, double Xc, double Xb);

    private sealed record Trajectory(string Name, Scrape[] Scrapes);

    private sealed record Expected(string Trajectory, double[] LogE);

    private sealed record Mixture(double S, double V, double V_opt, double Alpha_opt, double Log);

    [Fact]
    public void Advance_DelyonTrajectory_MeetsEveryVector()
    {
        var vector = Vector.Read<Expected>("self-normalised.json");
        var trajectory = Vector.Read<Trajectory[]>("count-trajectories.json").Single(trajectory => trajectory.Name == vector.Trajectory);

        var state = SelfNormalisedTest.Start();
        for (var i = 0; i < trajectory.Scrapes.Length; i++)
        {
            var scrape = trajectory.Scrapes[i];
            state = SelfNormalisedTest.Advance(Delyon, state, new(scrape.Nc, scrape.Nb, scrape.Xc, scrape.Xb));
            state = SelfNormalisedTestState.FromNumbers(JsonSerializer.Deserialize<double[]>(JsonSerializer.Serialize(state.ToNumbers()))!);
            Vector.Near(vector.LogE[i], SelfNormalisedTest.LogEvidence(Delyon, state), what: $"at {i}");
        }

        Vector.Near(Math.Exp(-vector.LogE.Max()), state.AnytimePValue);
    }

    [Fact]
    public void LogEvidence_NormalMixtureVectors_AreMet()
    {
        var vectors = Vector.Read<Mixture[]>("normal-mixture-one-sided.json");

        Assert.NotEmpty(vectors);
        foreach (var vector in vectors)
        {
            Vector.Near(vector.Log, OneSidedNormalMixture.TightestAt(vector.V_opt, vector.Alpha_opt).LogEvidence(vector.S, vector.V), what: vector.ToString());
        }
    }

    [Fact]
    public void LogEvidence_FarBelow_IsContinuousAndFalling()
    {
        var mixture = OneSidedNormalMixture.TightestAt(3, 0.01);
        var before = mixture.LogEvidence(-2, 1);
        for (var sum = -2.02; sum > -1e6; sum *= 1.01)
        {
            var next = mixture.LogEvidence(sum, 1);
            Assert.InRange(before - next, 0.001, 0.03);
            before = next;
        }
    }

    [Fact]
    public void Evidence_DelyonWithErrorsOfBothArmsAlike_ExpectsAtMostOne() =>
        Gen.Select(Gen.Int[8, 20], Gen.Int[0, 8], Gen.Int[0, 8], Gen.Double[0.02, 0.98]).Sample((scale, first, second, share) =>
        {
            // given the bad requests of both arms, the candidate's are binomial on the margin
            var (candidates, baselines) = (Math.Ceiling(100 * share) * scale, (100 - Math.Floor(100 * share)) * scale);
            var theta = candidates / (candidates + baselines);
            var sum = 0.0;
            for (var i = 0; i <= first; i++)
            {
                var state = SelfNormalisedTest.Advance(Delyon, SelfNormalisedTest.Start(), new(candidates, baselines, i, first - i));
                for (var j = 0; j <= second; j++)
                {
                    sum += Enumeration.Binomial(first, i, theta) * Enumeration.Binomial(second, j, theta)
                        * Math.Exp(SelfNormalisedTest.LogEvidence(Delyon, SelfNormalisedTest.Advance(Delyon, state, new(candidates, baselines, j, second - j))));
                }
            }

            return sum <= Slack;
        });

    [Fact]
    public void Evidence_SymmetricDeviationsOfAnySize_ExpectsAtMostOne() =>
        Gen.Select(Gen.Int[1, 50], Gen.Int[1, 50], Gen.Int[1, 50], Gen.Int[1, 50]).Sample((first, second, third, fourth) =>
        {
            // equal exposure: a cluster of errors falls to either arm with the same chance
            var settings = new SelfNormalisedTestSettings(1);
            int[] clusters = [first, second, third, fourth];
            return Enumerable.Range(0, 16).Average(outcome =>
            {
                var state = SelfNormalisedTest.Start();
                for (var i = 0; i < 4; i++)
                {
                    state = SelfNormalisedTest.Advance(settings, state, (outcome >> i & 1) == 1 ? new(100, 100, clusters[i], 0) : new(100, 100, 0, clusters[i]));
                }

                return Math.Exp(SelfNormalisedTest.LogEvidence(settings, state));
            }) <= Slack;
        });

    [Fact]
    public void Advance_OutagesOfOneArm_AreNotTakenForARegressionAsTheCountTestTakesThem()
    {
        // S8: each arm has its own outages of 20 s, about one in 20 minutes, in which a third of its requests fail
        var (first, second) = (0, 0);
        for (var seed = 0; seed < 100; seed++)
        {
            var (counts, robust) = Run(seed, 0.005, 0.005, outages: true, 0.01);
            first += counts <= Hour ? 1 : 0;
            second += robust <= Hour ? 1 : 0;
        }

        Assert.InRange(first, 20, 100);
        Assert.InRange(second, 0, 2);
    }

    [Fact]
    public void Advance_TenfoldErrors_AreSeenLaterButSeen()
    {
        // measured elsewhere: 190 s for 0.5 % to 5 % at 100 requests/s, a tenth of them to the candidate
        var blocks = Enumerable.Range(0, 60).Select(seed => Run(seed, 0.005, 0.05, outages: false, 0.01).Robust).Order().ToArray();

        Assert.InRange(10 * blocks[30], 100, 260);
    }

    [Fact]
    public void Advance_MarginWithDifference_HasNoDriftOnTheMargin()
    {
        var settings = new SelfNormalisedTestSettings(1.2, 0.01);

        var state = SelfNormalisedTest.Advance(settings, SelfNormalisedTest.Start(), new(1000, 9000, 1.2 * 20 + 10, 180));

        Assert.Equal(0, state.Deviation, 1e-9);
    }

    [Fact]
    public void Advance_OddInput_IsDefined()
    {
        var settings = new SelfNormalisedTestSettings();
        var state = SelfNormalisedTest.Advance(settings, SelfNormalisedTest.Start(), new(9007199254740992, 9007199254740992, 9007199254740992, 0));

        Assert.True(double.IsFinite(SelfNormalisedTest.LogEvidence(settings, state)));
        Assert.Same(state, SelfNormalisedTest.Advance(settings, state, new(0, 10, 0, 1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SelfNormalisedTestSettings(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SelfNormalisedTestSettings(tuning: 0));
        Assert.Throws<ArgumentException>(() => new SelfNormalisedTestSettings(1, 0.1, SelfNormalisation.Delyon));
        Assert.Throws<ArgumentException>(() => SelfNormalisedTestState.FromNumbers([1, 0, -1, 0, 0, 1]));
        Assert.Throws<ArgumentException>(() => SelfNormalisedTestState.FromNumbers([1, 0, 1, 0, 0]));
        Assert.Equal(new SelfNormalisedTestSettings(), settings);
    }

    /// <summary>Blocks until each test decides: 100 requests/s, a tenth of them to the candidate.</summary>
    private static (int Counts, int Robust) Run(int seed, double baseline, double candidate, bool outages, double errorProbability)
    {
        var random = new Random(seed);
        var counts = CountTestSettings.Rollback();
        var settings = new SelfNormalisedTestSettings();
        var (state, robust) = (CountTest.Start(counts), SelfNormalisedTest.Start());
        var (first, second) = (Hour + 1, Hour + 1);
        var (candidateOut, baselineOut) = (0, 0);
        for (var block = 1; block <= Hour; block++)
        {
            candidateOut = candidateOut > 0 ? candidateOut - 1 : outages && random.NextDouble() < 1 / 120.0 ? 2 : 0;
            baselineOut = baselineOut > 0 ? baselineOut - 1 : outages && random.NextDouble() < 1 / 120.0 ? 2 : 0;
            var next = new CountBlock(
                100,
                900,
                Math.Min(100, Poisson.Sample(random, 100 * (candidateOut > 0 ? 0.3 : candidate))),
                Math.Min(900, Poisson.Sample(random, 900 * (baselineOut > 0 ? 0.3 : baseline))));
            state = CountTest.Advance(counts, state, next);
            robust = SelfNormalisedTest.Advance(settings, robust, next);
            first = Thresholds.IsReached(CountTest.LogEvidence(counts, state), errorProbability) ? Math.Min(first, block) : first;
            second = Thresholds.IsReached(SelfNormalisedTest.LogEvidence(settings, robust), errorProbability) ? Math.Min(second, block) : second;
        }

        return (first, second);
    }
}
