using System.Text.Json;
using CsCheck;

namespace Canary.Statistics.Tests;

public sealed class DisplayTests
{
    [Fact]
    public void ClopperPearsonAndTails_Vectors_AreMet()
    {
        var vectors = Vector.Read<JsonElement[]>("binomial.json");

        Assert.Equal(4, vectors.Length);
        foreach (var vector in vectors)
        {
            var (x, n, p) = (vector.GetProperty("x").GetDouble(), vector.GetProperty("n").GetDouble(), vector.GetProperty("p0").GetDouble());
            var interval = ProportionInterval.ClopperPearson(x, n);
            Vector.Near(vector.GetProperty("clopperPearson95")[0].GetDouble(), interval.Lower, what: $"{vector} lower");
            Vector.Near(vector.GetProperty("clopperPearson95")[1].GetDouble(), interval.Upper, what: $"{vector} upper");
            Vector.Near(vector.GetProperty("pGreater").GetDouble(), BinomialTail.AtLeast(x, n, p), what: $"{vector} greater");
            Vector.Near(vector.GetProperty("pTwoSided").GetDouble(), BinomialTail.TwoSided(x, n, p), what: $"{vector} two-sided");
        }
    }

    [Fact]
    public void TwoSided_AnyOutcome_IsTheSumOfWhatIsNoLikelier() =>
        Gen.Select(Gen.Int[1, 40], Gen.Double[0.01, 0.99], Gen.Double[0, 1]).Sample((trials, share, part) =>
        {
            var successes = Math.Round(part * trials);
            var limit = Enumeration.Binomial(trials, (int)successes, share) * (1 + 1e-7);
            var expected = Enumerable.Range(0, trials + 1).Select(i => Enumeration.Binomial(trials, i, share)).Where(chance => chance <= limit).Sum();
            Vector.Near(expected, BinomialTail.TwoSided(successes, trials, share));
        });

    [Fact]
    public void ClopperPearson_AnyShare_MissesItAtMostAsOftenAsPromised() =>
        Gen.Select(Gen.Int[1, 40], Gen.Double[0, 1]).Sample((trials, share) =>
            Enumerable.Range(0, trials + 1).Sum(i =>
                ProportionInterval.ClopperPearson(i, trials, 0.1) is var interval && (share < interval.Lower || share > interval.Upper)
                    ? Enumeration.Binomial(trials, i, share)
                    : 0) <= 0.1 + 1e-9);

    [Fact]
    public void Wilson_KnownCases_AreMet()
    {
        // 12 of 42: centre (p + z^2/2n) / (1 + z^2/n), by hand
        var interval = ProportionInterval.Wilson(12, 42);
        Vector.Near(0.171670, interval.Lower, 1e-6);
        Vector.Near(0.435673, interval.Upper, 1e-6);
        Assert.Equal(0, ProportionInterval.Wilson(0, 10).Lower);
        Assert.Equal(1, ProportionInterval.Wilson(10, 10).Upper);
        Assert.InRange(ProportionInterval.Wilson(0, 10).Upper, 0.27, 0.28);
    }

    [Fact]
    public void Wilson_ItsEnds_AreWhereTheScoreIsTheQuantile() =>
        Gen.Select(Gen.Int[1, 10000], Gen.Double[0, 1]).Sample((trials, part) =>
        {
            var successes = Math.Floor(part * (trials - 1)) + 0.5;
            var interval = ProportionInterval.Wilson(successes, trials, 0.05);
            foreach (var end in new[] { interval.Lower, interval.Upper })
            {
                Assert.Equal(1.959963984540054, Math.Abs(successes / trials - end) / Math.Sqrt(end * (1 - end) / trials), 1e-6);
            }
        });

    [Theory]
    [InlineData(1e6)]
    [InlineData(1e9)]
    [InlineData(9007199254740992)]
    public void Intervals_ManyRequests_AreFineAndAgree(double trials)
    {
        foreach (var share in new[] { 0.001, 0.3, 0.9999 })
        {
            var successes = Math.Floor(share * trials);
            var (score, exact) = (ProportionInterval.Wilson(successes, trials), ProportionInterval.ClopperPearson(successes, trials));
            var width = score.Upper - score.Lower;

            Assert.True(score.Lower < share && share < score.Upper);
            Assert.InRange(exact.Lower, score.Lower - 0.1 * width, score.Lower + 0.1 * width);
            Assert.InRange(exact.Upper, score.Upper - 0.1 * width, score.Upper + 0.1 * width);
        }
    }

    [Fact]
    public void Intervals_OddInput_IsDefined()
    {
        Assert.Equal(new(0, 1), ProportionInterval.Wilson(0, 0));
        Assert.Equal(new(0, 1), ProportionInterval.ClopperPearson(0, 0));
        Assert.Equal(0, ProportionInterval.ClopperPearson(0, 10).Lower);
        Assert.Equal(1, ProportionInterval.ClopperPearson(10, 10).Upper);
        Assert.Equal((1, 0, 1), (BinomialTail.TwoSided(0, 5, 0), BinomialTail.TwoSided(1, 5, 0), BinomialTail.TwoSided(5, 5, 1)));
        Assert.Equal((1, 0, 1), (BinomialTail.AtLeast(0, 5, 0), BinomialTail.AtLeast(1, 5, 0), BinomialTail.AtLeast(5, 5, 1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => ProportionInterval.Wilson(2, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => ProportionInterval.Wilson(double.NaN, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => ProportionInterval.ClopperPearson(-1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => ProportionInterval.ClopperPearson(1, double.PositiveInfinity));
        Assert.Throws<ArgumentOutOfRangeException>(() => ProportionInterval.Wilson(1, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => BinomialTail.AtLeast(1, 1, 1.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => BinomialTail.TwoSided(1, 1, double.NaN));
    }
}
