using System.Text.Json;
using CsCheck;

namespace Canary.Statistics.Tests;

public sealed class FisherTestTests
{
    private static readonly double Tolerance = Math.Pow(Math.BitIncrement(1.0) - 1.0, 0.25);

    private sealed record Table(double Xc, double Okc, double Xb, double Okb, double OddsRatioCMLE, double[] Ci, double PTwoSided, double PGreater)
    {
        public CountBlock Block => new(Xc + Okc, Xb + Okb, Xc, Xb);
    }

    [Fact]
    public void Of_Vectors_AreMet()
    {
        var vectors = Vector.Read<Table[]>("fisher.json");

        Assert.Equal(4, vectors.Length);
        foreach (var vector in vectors)
        {
            var found = FisherTest.Of(vector.Block);
            Vector.Near(vector.PTwoSided, found.PTwoSided);
            Vector.Near(vector.PGreater, found.PGreater);

            // R stops looking for these at an absolute 1.2e-4 of the ratio, or of its reciprocal
            Assert.Equal(Below1(vector.OddsRatioCMLE), Below1(found.OddsRatio!.Value), 2 * Tolerance);
            Assert.Equal(Below1(vector.Ci[0]), Below1(found.Lower), 2 * Tolerance);
            Assert.Equal(Below1(vector.Ci[1]), Below1(found.Upper), 2 * Tolerance);
        }
    }

    [Fact]
    public void At_SolvedAsRSolves_MeetsEveryVectorToAllDigits()
    {
        foreach (var vector in Vector.Read<Table[]>("fisher.json"))
        {
            var law = new NoncentralHypergeometric(vector.Xc + vector.Okc, vector.Xb + vector.Okb, vector.Xc + vector.Xb);
            if (vector.Xc > law.Least)
            {
                Vector.Near(vector.OddsRatioCMLE, RRoot(ratio => law.At(ratio, vector.Xc).Mean - vector.Xc));
                Vector.Near(vector.Ci[0], RRoot(ratio => law.At(ratio, vector.Xc).AtLeast - 0.025));
            }

            Vector.Near(vector.Ci[1], RRoot(ratio => 0.025 - law.At(ratio, vector.Xc).AtMost));
        }
    }

    [Fact]
    public void Of_SmallTables_IsTheDefinition() =>
        Gen.Select(Gen.Int[1, 15], Gen.Int[1, 15], Gen.Double[0, 1], Gen.Double[0, 1]).Sample((candidates, baselines, first, second) =>
        {
            var (x, y) = ((int)Math.Round(first * candidates), (int)Math.Round(second * baselines));
            var chances = Enumerable.Range(Math.Max(0, x + y - baselines), Math.Min(x + y, candidates) - Math.Max(0, x + y - baselines) + 1)
                .Select(i => (Number: i, Weight: Enumeration.Choose(candidates, i) * Enumeration.Choose(baselines, x + y - i))).ToArray();
            var all = chances.Sum(chance => chance.Weight);
            var own = chances.Single(chance => chance.Number == x).Weight * (1 + 1e-7);

            var found = FisherTest.Of(new(candidates, baselines, x, y));

            Vector.Near(chances.Where(chance => chance.Number >= x).Sum(chance => chance.Weight) / all, found.PGreater, 1e-12);
            Vector.Near(chances.Where(chance => chance.Weight <= own).Sum(chance => chance.Weight) / all, found.PTwoSided, 1e-12);
            if (found.OddsRatio is > 0 and < double.PositiveInfinity)
            {
                var mean = chances.Sum(chance => chance.Number * chance.Weight * Math.Pow(found.OddsRatio.Value, chance.Number));
                Vector.Near(x, mean / chances.Sum(chance => chance.Weight * Math.Pow(found.OddsRatio.Value, chance.Number)), 1e-9);
                Assert.InRange(found.OddsRatio.Value, found.Lower, found.Upper);
            }
        });

    [Theory]
    [InlineData(1_000_000, 9_000_000, 10_150, 89_850)]
    [InlineData(4_000_000, 1_000_000, 79_800, 20_200)]
    public void Of_ManyBadRequests_IsNearlyTheSameByTheNormalLaw(double candidates, double baselines, double first, double second)
    {
        var exact = FisherTest.Of(new(candidates, baselines, first, second));
        var normal = FisherTest.Of(new(candidates, baselines, first, second + 1));

        Assert.Equal(1, normal.OddsRatio!.Value / exact.OddsRatio!.Value, 1e-4);
        Assert.Equal(1, normal.Lower / exact.Lower, 1e-3);
        Assert.Equal(1, normal.Upper / exact.Upper, 1e-3);
        Assert.Equal(exact.PGreater, normal.PGreater, 0.003);
        Assert.Equal(exact.PTwoSided, normal.PTwoSided, 0.003);
    }

    [Fact]
    public void Of_LargestCounts_AreDefined()
    {
        const double Most = 9007199254740992;
        foreach (var block in new CountBlock[] { new(Most, Most, Most, 0), new(Most, Most, 1, Most), new(Most, 1, Most / 2, 0), new(1, Most, 1, Most / 3), new(Most, Most, 0, 1e6) })
        {
            var found = FisherTest.Of(block);

            Assert.InRange(found.PGreater, 0, 1);
            Assert.InRange(found.PTwoSided, 0, 1);
            Assert.True(found.Lower <= found.OddsRatio && found.OddsRatio <= found.Upper);
        }
    }

    [Fact]
    public void Of_ExtremeTables_AreDefined()
    {
        Assert.Equal(new(null, 0, double.PositiveInfinity, 1, 1), FisherTest.Of(new(0, 0, 0, 0)));
        Assert.Equal(new(null, 0, double.PositiveInfinity, 1, 1), FisherTest.Of(new(10, 10, 0, 0)));
        Assert.Equal(new(null, 0, double.PositiveInfinity, 1, 1), FisherTest.Of(new(10, 10, 10, 10)));
        var always = FisherTest.Of(new(10, 10, 10, 0));
        Assert.Equal((double.PositiveInfinity, double.PositiveInfinity), (always.OddsRatio, always.Upper));
        Assert.InRange(always.PGreater, 5e-6, 6e-6);
        var many = FisherTest.Of(new(1e8, 9e8, 100_500, 900_000));
        Assert.InRange(many.OddsRatio!.Value, 1.0049, 1.0051);
        Assert.InRange(many.PTwoSided, 0.133, 0.134); // 1.5 standard deviations
        Assert.True(FisherTest.Of(new(1e6, 1e6, 2000, 1000)).PGreater is > 0 and < 1e-70);
        Assert.Throws<ArgumentOutOfRangeException>(() => FisherTest.Of(default, 0));
    }

    private static double Below1(double ratio) => ratio > 1 ? 1 / ratio : ratio;

    /// <summary>The root of a growing function of an odds ratio as R looks for it: in (0, 1), of the ratio or of its reciprocal.</summary>
    private static double RRoot(Func<double, double> function) => function(1) > 0
        ? Zero(function, 0, 1)
        : 1 / Zero(reciprocal => function(1 / reciprocal), Math.BitIncrement(1.0) - 1.0, 1);

    /// <summary>R. P. Brent's "zero" (1973) as R's uniroot runs it, with its default tolerance.</summary>
    private static double Zero(Func<double, double> function, double a, double b)
    {
        var epsilon = Math.BitIncrement(1.0) - 1.0;
        var (fa, fb) = (a == 0 ? function(1e-300) : function(a), function(b));
        var (c, fc) = (a, fa);
        for (var i = 0; i < 1000; i++)
        {
            var previous = b - a;
            if (Math.Abs(fc) < Math.Abs(fb))
            {
                (a, b, c) = (b, c, b);
                (fa, fb, fc) = (fb, fc, fb);
            }

            var tolerance = 2 * epsilon * Math.Abs(b) + Tolerance / 2;
            var step = (c - b) / 2;
            if (Math.Abs(step) <= tolerance || fb == 0)
            {
                return b;
            }

            if (Math.Abs(previous) >= tolerance && Math.Abs(fa) > Math.Abs(fb))
            {
                var cb = c - b;
                double p, q;
                if (a == c)
                {
                    var ratio = fb / fa;
                    (p, q) = (cb * ratio, 1 - ratio);
                }
                else
                {
                    var (r, s, t) = (fa / fc, fb / fc, fb / fa);
                    p = t * (cb * r * (r - s) - (b - a) * (s - 1));
                    q = (r - 1) * (s - 1) * (t - 1);
                }

                (p, q) = p > 0 ? (p, -q) : (-p, q);
                if (p < 0.75 * cb * q - Math.Abs(tolerance * q) / 2 && p < Math.Abs(previous * q / 2))
                {
                    step = p / q;
                }
            }

            if (Math.Abs(step) < tolerance)
            {
                step = step > 0 ? tolerance : -tolerance;
            }

            (a, fa) = (b, fb);
            b += step;
            fb = function(b);
            if (fb > 0 == fc > 0)
            {
                (c, fc) = (a, fa);
            }
        }

        return b;
    }
}
