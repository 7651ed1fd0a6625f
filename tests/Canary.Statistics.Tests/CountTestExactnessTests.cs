using CsCheck;

namespace Canary.Statistics.Tests;

/// <summary>Adds up every outcome of small experiments: the expectation of the evidence is at most 1 under the hypothesis it speaks against.</summary>
public sealed class CountTestExactnessTests
{
    private const double Slack = 1 + 1e-9;

    private static readonly Gen<double> Margin = Gen.OneOf(Gen.Const(1.0), Gen.Double[0.5, 3]);

    private static readonly Gen<double> Allowance = Gen.OneOf(Gen.Const(0.0), Gen.Double[0, 0.2]);

    [Fact]
    public void Evidence_CandidateWithinTheMargin_ExpectsAtMostOne() =>
        Gen.Select(Gen.Int[1, 7], Gen.Int[1, 7], Margin, Allowance, Gen.Double[0, 1], Gen.Double[0, 1]).Sample(
            (candidates, baselines, ratio, allowance, baseline, part) =>
            {
                var candidate = Math.Min(1, ratio * baseline + allowance) * Math.Sqrt(part);
                return Expectation(CountTestSettings.Rollback(ratio, allowance), candidates, baselines, candidate, baseline) <= Slack;
            },
            iter: 4000);

    [Fact]
    public void Evidence_CandidateOnTheMargin_ExpectsAtMostOne() =>
        Gen.Select(Gen.Int[1, 7], Gen.Int[1, 7], Margin, Allowance, Gen.Double[0, 1]).Sample(
            (candidates, baselines, ratio, allowance, baseline) =>
                Expectation(CountTestSettings.Rollback(ratio, allowance), candidates, baselines, Math.Min(1, ratio * baseline + allowance), baseline) <= Slack,
            iter: 4000);

    [Fact]
    public void Evidence_CandidateBeyondTheAcceptanceMargin_ExpectsAtMostOne() =>
        Gen.Select(Gen.Int[1, 7], Gen.Int[1, 7], Margin, Allowance, Gen.Double[0, 1], Gen.Double[0, 1]).Sample(
            (candidates, baselines, ratio, allowance, position, part) =>
            {
                // a baseline for which the margin is still a probability
                var baseline = position * (1 - allowance) / Math.Max(1, ratio);
                var margin = ratio * baseline + allowance;
                var candidate = Math.Min(1, margin + part * part * (1 - margin));
                return Expectation(CountTestSettings.Acceptance(ratio, allowance), candidates, baselines, candidate, baseline) <= Slack;
            },
            iter: 4000);

    [Fact]
    public void Evidence_TwoStepsOfOtherRatesAndWeightsWithARestart_ExpectsAtMostOne() =>
        Gen.Select(Gen.Int[1, 3], Gen.Int[1, 4], Gen.Int[1, 4], Gen.Int[1, 3], Gen.Double[0, 0.9], Gen.Double[0, 0.9], Margin, Gen.Double[0.1, 1]).Sample(
            (firstCandidates, firstBaselines, secondCandidates, secondBaselines, firstRate, secondRate, ratio, share) =>
            {
                // the second block is a new step, at which half of what is left is staked
                var settings = CountTestSettings.Rollback(ratio);
                var sum = 0.0;
                foreach (var (first, firstChance) in Enumeration.Blocks(firstCandidates, firstBaselines, Math.Min(1, ratio * firstRate), firstRate))
                {
                    var state = CountTest.Advance(settings, CountTest.Start(settings, share), first);
                    state = share < 1 ? CountTest.Restart(settings, state, (1 - share) / 2) : state;
                    foreach (var (second, secondChance) in Enumeration.Blocks(secondCandidates, secondBaselines, Math.Min(1, ratio * secondRate), secondRate))
                    {
                        sum += firstChance * secondChance * Math.Exp(CountTest.LogEvidence(settings, CountTest.Advance(settings, state, second)));
                    }
                }

                return sum <= Slack;
            },
            iter: 300);

    [Fact]
    public void Evidence_RequestsThatFailInClusters_ExpectsAtMostOneWithTheirSizeAsDispersion() =>
        Gen.Select(Gen.Int[1, 4], Gen.Int[1, 4], Gen.Int[2, 4], Gen.Double[0, 0.95], Margin).Sample(
            (candidates, baselines, size, baseline, ratio) =>
            {
                var settings = CountTestSettings.Rollback(ratio, 0, size);
                return Enumeration.Blocks(candidates, baselines, Math.Min(1, ratio * baseline), baseline).Sum(outcome =>
                {
                    var (block, chance) = outcome;
                    var clustered = new CountBlock(
                        size * block.CandidateRequests, size * block.BaselineRequests, size * block.CandidateErrors, size * block.BaselineErrors);
                    return chance * Math.Exp(CountTest.LogEvidence(settings, CountTest.Advance(settings, CountTest.Start(settings), clustered)));
                }) <= Slack;
            },
            iter: 2000);

    [Fact]
    public void Evidence_ClustersOverBothArmsBeyondTheAcceptanceMargin_ExpectsAtMostOneWithTheirSizeAsDispersion() =>
        Gen.Select(Gen.Int[1, 3].Array[1, 4], Gen.Int[0, 3].Array[4], Gen.Double[0, 0.95], Gen.Double[1, 2], Gen.Bool).Sample((candidates, baselines, rate, ratio, rollback) =>
        {
            // each cluster has requests in both arms, at most six together, and fails as a whole: equally often in both arms
            var settings = rollback ? CountTestSettings.Rollback(1, 0, 6) : CountTestSettings.Acceptance(1, 0, 6);
            var clusters = candidates.Select((candidate, i) => (Candidate: candidate, Baseline: baselines[i])).ToArray();
            return Enumerable.Range(0, 1 << clusters.Length).Sum(outcome =>
            {
                var failed = clusters.Where((_, i) => (outcome >> i & 1) == 1).ToArray();
                var chance = Math.Pow(rate, failed.Length) * Math.Pow(1 - rate, clusters.Length - failed.Length);
                var block = new CountBlock(
                    clusters.Sum(cluster => cluster.Candidate), clusters.Sum(cluster => cluster.Baseline), failed.Sum(cluster => cluster.Candidate), failed.Sum(cluster => cluster.Baseline));
                return chance * Math.Exp(CountTest.LogEvidence(settings, CountTest.Advance(settings, CountTest.Start(settings), block)));
            }) <= Slack;
        });

    [Fact]
    public void Evidence_RequestsThatAllDiffer_ExpectsAtMostOne() =>
        Gen.Select(Gen.Double[0, 0.8].Array[1, 5], Gen.Double[0, 0.8].Array[1, 5], Gen.Double[0, 0.1]).Sample((candidates, baselines, allowance) =>
        {
            // only the averages count: each request has its own chance to fail
            var settings = CountTestSettings.Rollback(Math.Max(0.1, (candidates.Average() - allowance) / Math.Max(1e-3, baselines.Average())), allowance);
            if (candidates.Average() > settings.MarginRatio * baselines.Average() + allowance)
            {
                return true;
            }

            return Enumerable.Range(0, 1 << (candidates.Length + baselines.Length)).Sum(outcome =>
            {
                double[] chances = [.. candidates, .. baselines];
                var chance = chances.Select((rate, i) => (outcome >> i & 1) == 1 ? rate : 1 - rate).Aggregate(1.0, (product, rate) => product * rate);
                var bad = Enumerable.Range(0, chances.Length).Where(i => (outcome >> i & 1) == 1).ToArray();
                var block = new CountBlock(candidates.Length, baselines.Length, bad.Count(i => i < candidates.Length), bad.Count(i => i >= candidates.Length));
                return chance * Math.Exp(CountTest.LogEvidence(settings, CountTest.Advance(settings, CountTest.Start(settings), block)));
            }) <= Slack;
        },
        iter: 500);

    [Fact]
    public void Evidence_CandidateClearlyWorse_ExpectsMoreThanOne() =>
        Assert.True(Expectation(CountTestSettings.Rollback(), 7, 7, 0.5, 0.1) > 2);

    [Fact]
    public void Evidence_ErrorsDealtAtRandomBetweenArms_ExpectsAtMostOne() =>
        Gen.Select(Gen.Int[1, 8], Gen.Int[1, 8], Gen.Int[0, 16]).Sample(
            (candidates, baselines, drawn) =>
            {
                // pure randomisation: a fixed pool of bad requests, dealt to the arms like cards
                var bad = Math.Min(drawn, candidates + baselines);
                var settings = CountTestSettings.Rollback(marginRatio: 1);
                var sum = 0.0;
                for (var errors = Math.Max(0, bad - baselines); errors <= Math.Min(bad, candidates); errors++)
                {
                    var chance = Enumeration.Choose(candidates, errors) * Enumeration.Choose(baselines, bad - errors) / Enumeration.Choose(candidates + baselines, bad);
                    var state = CountTest.Advance(settings, CountTest.Start(settings), new(candidates, baselines, errors, bad - errors));
                    sum += chance * Math.Exp(CountTest.LogEvidence(settings, state));
                }

                return sum <= Slack;
            },
            iter: 2000);

    private static double Expectation(CountTestSettings settings, int candidates, int baselines, double candidate, double baseline) =>
        Enumeration.Blocks(candidates, baselines, candidate, baseline).Sum(outcome =>
            outcome.Chance * Math.Exp(CountTest.LogEvidence(settings, CountTest.Advance(settings, CountTest.Start(settings), outcome.Block))));
}
