using CsCheck;
using MathNet.Numerics.Distributions;

namespace Canary.Statistics.Tests;

public sealed class AttributionTests
{
    private static readonly Gen<double[]> Evidences = Gen.Double[-3, 8].Array[1, 8];

    private sealed record Case(double[] E, double Alpha, int[] Rejected);

    [Fact]
    public void CulpritsAndSuspects_Vectors_AreMet()
    {
        var vectors = Vector.Read<Dictionary<string, Case>>("multiplicity.json");
        var (list, closed) = (vectors["eBH"], vectors["closedMean"]);

        Assert.Equal(list.Rejected, Attribution.Suspects(Logs(list.E), list.Alpha));
        Assert.Equal(closed.Rejected, Attribution.Culprits(Logs(closed.E), closed.Alpha));
    }

    [Fact]
    public void Adjusted_AnyEvidence_IsTheLeastAverageOverAllSets() =>
        Gen.Select(Evidences, Gen.Double[0.1, 1].Array[8], Gen.Bool).Sample((evidences, allWeights, weighted) =>
        {
            var weights = weighted ? allWeights[..evidences.Length] : [.. evidences.Select(_ => 1.0)];
            var adjusted = Attribution.Adjusted(evidences, weighted ? weights : null);

            for (var metric = 0; metric < evidences.Length; metric++)
            {
                var least = Enumerable.Range(1, (1 << evidences.Length) - 1).Where(set => (set >> metric & 1) == 1).Min(set =>
                {
                    var members = Enumerable.Range(0, evidences.Length).Where(i => (set >> i & 1) == 1).ToArray();
                    return Math.Log(members.Sum(i => weights[i] * Math.Exp(evidences[i])) / members.Sum(i => weights[i]));
                });
                Vector.Near(least, adjusted[metric], 1e-12);
            }
        });

    [Fact]
    public void Adjusted_WithTheVerdictsWeights_NamesNothingBeforeTheVerdict() =>
        Gen.Select(Evidences, Gen.Double[0.1, 1].Array[8]).Sample((evidences, all) =>
        {
            var weights = all[..evidences.Length];
            var verdict = EvidenceCombination.WeightedAverage([.. weights.Select(weight => weight / weights.Sum())], evidences);

            return Attribution.Adjusted(evidences, weights).All(adjusted => adjusted <= verdict + 1e-12);
        });

    [Fact]
    public void Culprits_MoreEvidence_IsNeverFewer() =>
        Gen.Select(Evidences, Gen.Int[0, 7], Gen.Double[0, 3]).Sample((evidences, at, more) =>
        {
            var stronger = evidences.ToArray();
            stronger[at % stronger.Length] += more;

            return Attribution.Culprits(evidences, 0.05).All(Attribution.Culprits(stronger, 0.05).Contains)
                && Attribution.Suspects(evidences, 0.05).All(Attribution.Suspects(stronger, 0.05).Contains);
        });

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 1)]
    [InlineData(3, 0.5)]
    [InlineData(3, 1)]
    public void CulpritsAndSuspects_MetricsOnTheSameRequests_KeepTheirPromises(int worse, double shared)
    {
        // ten metrics, an hour, looked at after each block; errors fall in so many metrics at once; the first ones have doubled
        const int Metrics = 10;
        const int Rollouts = 60;
        var settings = CountTestSettings.Rollback(1);
        var (wrongNames, wrongShare, found) = (0, 0.0, 0);
        for (var seed = 0; seed < Rollouts; seed++)
        {
            var random = new Random(seed);
            var states = Enumerable.Repeat(CountTest.Start(settings), Metrics).ToArray();
            var (named, listed) = (false, false);
            for (var block = 0; block < 180; block++)
            {
                var (candidate, baseline) = (Errors(random, shared), Errors(random, 9 * shared));
                for (var i = 0; i < Metrics; i++)
                {
                    var own = Errors(random, (i < worse ? 2 : 1) - shared);
                    states[i] = CountTest.Advance(settings, states[i], new(100, 900, candidate + own, baseline + Errors(random, 9 * (1 - shared))));
                }

                double[] evidences = [.. states.Select(state => CountTest.LogEvidence(settings, state))];
                named |= Attribution.Culprits(evidences, 0.05).Any(i => i >= worse);
                if (!listed && Attribution.Suspects(evidences, 0.05) is { Count: > 0 } list)
                {
                    // the least favourable moment: as soon as anything is listed
                    listed = true;
                    wrongShare += list.Count(i => i >= worse) / (double)list.Count;
                }
            }

            wrongNames += named ? 1 : 0;
            found += listed ? 1 : 0;
        }

        Assert.InRange(wrongNames, 0, 5);
        Assert.InRange(wrongShare / Rollouts, 0, 0.08);
        Assert.True(worse == 0 || found > Rollouts / 2);
    }

    [Fact]
    public void Adjusted_ExtremeEvidence_IsDefined()
    {
        const double Huge = double.PositiveInfinity;

        Assert.Equal([Huge, double.NegativeInfinity, Huge], Attribution.Adjusted([Huge, -Huge, Huge]));
        Assert.Equal([-700 - Math.Log(2), -800], [.. Attribution.Adjusted([-700, -800])]);
        Vector.Near(1e6 - Math.Log(2), Attribution.Adjusted([1e6, 3])[0]);
        Assert.Equal([0], Attribution.Suspects([Huge, -Huge], 0.01));
        Assert.Empty(Attribution.Suspects([-Huge, -Huge], 0.01));
    }

    [Fact]
    public void Attribution_WrongInput_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => Attribution.Adjusted([]));
        Assert.Throws<ArgumentException>(() => Attribution.Adjusted([1, 2], [1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Attribution.Adjusted([1, 2], [1, 0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Attribution.Adjusted([double.NaN]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Attribution.Culprits([1], 0));
        Assert.Throws<ArgumentException>(() => Attribution.Suspects([], 0.05));
        Assert.Throws<ArgumentOutOfRangeException>(() => Attribution.Suspects([double.NaN], 0.05));
        Assert.Throws<ArgumentOutOfRangeException>(() => Attribution.Suspects([1], 1));
    }

    private static double Errors(Random random, double mean) => mean == 0 ? 0 : Poisson.Sample(random, mean);

    private static double[] Logs(double[] values) => [.. values.Select(value => Math.Log(value))];
}
