namespace Canary.Statistics.Tests;

public sealed class LatencyVectorTests
{
    private sealed record SingleBlock(double[] Rho, double Nc, double Nb, double R0, double D0, double[] Xc, double[] Xb, double[] LogR, double[] LogQ, double LogE);

    private sealed record Point(double X, double S);

    private sealed record DictionaryVector(
        [property: System.Text.Json.Serialization.JsonPropertyName("bounds_ms")] double[] Bounds,
        double[] ReferenceCounts,
        string[] Names,
        double[] Weights,
        double[][] Rho,
        Point[] InterpolationChecks,
        Point[] InverseChecks,
        double Tol);

    private sealed record TrajectoryVector(double[] InitialAccumulator, double HalfLifeScrapes, double Smoothing, double[][] Xc, double[][] Xb, double[] LogE, double Tol);

    private sealed record IsotonicVector(double[] Y, double[] W, double[] Expected);

    [Fact]
    public void Increment_OneBlockOneAlternative_MeetsEveryVector()
    {
        var vectors = Vector.Read<SingleBlock[]>("histogram-single.json");

        Assert.Equal(4, vectors.Length);
        foreach (var vector in vectors)
        {
            Vector.Near(vector.LogE, Increment(vector, vector.Xc, vector.Xb), what: "log evidence");
            for (var bucket = 0; bucket < vector.Rho.Length; bucket++)
            {
                double[] one = new double[vector.Rho.Length];
                double[] none = new double[vector.Rho.Length];
                one[bucket] = 1;
                Vector.Near(vector.LogR[bucket], Increment(vector, one, none), what: $"ln R of bucket {bucket}");
                Vector.Near(vector.LogQ[bucket], Increment(vector, none, one), what: $"ln Q of bucket {bucket}");
            }
        }
    }

    [Fact]
    public void Build_ReferenceOfVector_MeetsNamesWeightsAndRatios()
    {
        var vector = Vector.Read<DictionaryVector>("latency-dictionary.json");

        var dictionary = LatencyDictionary.Build(NumberList.From(vector.Bounds), NumberList.From(vector.ReferenceCounts));

        Assert.Equal(vector.Names, dictionary.Alternatives.Select(alternative => alternative.Name));
        Assert.Equal(27, dictionary.Alternatives.Count);
        for (var i = 0; i < vector.Names.Length; i++)
        {
            Vector.Near(vector.Weights[i], dictionary.Alternatives[i].Weight, what: vector.Names[i]);
            var ratios = dictionary.Ratios(i);
            for (var bucket = 0; bucket < ratios.Count; bucket++)
            {
                Vector.Near(vector.Rho[i][bucket], ratios[bucket], vector.Tol, $"{vector.Names[i]} bucket {bucket}");
            }
        }
    }

    [Fact]
    public void SurvivalCurve_ReferenceOfVector_MeetsInterpolationAndInverse()
    {
        var vector = Vector.Read<DictionaryVector>("latency-dictionary.json");
        var total = vector.ReferenceCounts.Sum();
        var shares = vector.ReferenceCounts.Select(count => Math.Max(count / total, 1e-7)).ToArray();
        var sum = shares.Sum();

        var curve = new SurvivalCurve(NumberList.From(vector.Bounds), shares.Select(share => share / sum).ToArray());

        Assert.Equal((7, 5), (vector.InterpolationChecks.Length, vector.InverseChecks.Length));
        Assert.All(vector.InterpolationChecks, check => Vector.Near(check.S, curve.At(check.X), vector.Tol, $"S({check.X})"));
        Assert.All(vector.InverseChecks, check => Vector.Near(check.X, curve.Inverse(check.S), vector.Tol, $"inverse of {check.S}"));
    }

    [Fact]
    public void Advance_Trajectory_MeetsEveryBlock()
    {
        var bounds = NumberList.From(Vector.Read<DictionaryVector>("latency-dictionary.json").Bounds);
        var vector = Vector.Read<TrajectoryVector>("latency-trajectory.json");
        var settings = new LatencyTestSettings(marginRatio: 1, marginDifference: 0, halfLifeBlocks: vector.HalfLifeScrapes, smoothing: vector.Smoothing);
        var state = LatencyTest.Start(settings, bounds, NumberList.From(vector.InitialAccumulator));

        Assert.Equal(8, vector.LogE.Length);
        for (var i = 0; i < vector.LogE.Length; i++)
        {
            var advance = LatencyTest.Advance(settings, state, new(bounds, NumberList.From(vector.Xc[i]), NumberList.From(vector.Xb[i])));
            state = advance.State;

            Assert.Equal(LatencyOutcome.Advanced, advance.Outcome);
            Vector.Near(vector.LogE[i], LatencyTest.LogEvidence(state), vector.Tol, $"block {i}");
        }
    }

    [Fact]
    public void Fit_Vectors_MeetR()
    {
        var vectors = Vector.Read<IsotonicVector[]>("isotonic.json");

        Assert.Equal(3, vectors.Length);
        foreach (var vector in vectors)
        {
            var fit = IsotonicRegression.Fit(vector.Y, vector.W);
            Assert.Equal(vector.Expected.Length, fit.Length);
            for (var i = 0; i < fit.Length; i++)
            {
                Vector.Near(vector.Expected[i], fit[i]);
            }
        }
    }

    private static double Increment(SingleBlock vector, double[] candidate, double[] baseline) => OrderedBet.Increment(
        vector.Rho, vector.Rho.Select(ratio => Math.Log(ratio)).ToArray(), 1, vector.Nc / (vector.Nc + vector.Nb), vector.R0, vector.D0, candidate, baseline);
}
