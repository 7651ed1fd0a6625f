using Canary.Core.Analysis;
using Canary.Metrics.Scrape;
using Xunit;

namespace Canary.Metrics.Tests.Scrape;

public sealed class CountsAccumulatorTests
{
    private static readonly MetricSpec.ErrorRate Plain = Readings.Rate(["r"], ["r{code=~\"5..\"}"]);

    [Fact]
    public void Read_IstioGoldenSignals_CountsHttpAndGrpcErrorsWithoutClientDisconnects()
    {
        var spec = Readings.Rate(
            ["istio_requests_total{reporter=\"destination\",response_flags!~\".*(DC|DPE).*\"}"],
            [
                "istio_requests_total{request_protocol!=\"grpc\",response_code=~\"5..|0\"}",
                "istio_requests_total{request_protocol=\"grpc\",grpc_response_status=~\"2|4|8|12|13|14|15\"}",
            ]);

        Assert.Equal(new MetricReading.Counts(9412 + 17 + 4, 17 + 4), Readings.Read(spec, Expositions.Istio));
    }

    [Fact]
    public void Read_SeriesMatchedBySeveralSelectors_CountsOnce()
    {
        var spec = Readings.Rate(["r", "r{code=\"500\"}"], ["r{code=\"500\"}", "r{code=~\"5..\"}"]);

        Assert.Equal(new MetricReading.Counts(12, 2), Readings.Read(spec, "r{code=\"200\"} 10\nr{code=\"500\"} 2\n"));
    }

    [Fact]
    public void Read_SeveralRequestMetrics_AreSummed()
    {
        var spec = Readings.Rate(["a", "b"], ["b{e=\"1\"}"]);

        Assert.Equal(new MetricReading.Counts(6, 3), Readings.Read(spec, "a 1\nb{e=\"0\"} 2\nb{e=\"1\"} 3\nc 9\n"));
    }

    [Fact]
    public void Read_ErrorThatIsNoRequest_IsLeftOut() =>
        Assert.Equal(
            new MetricReading.Counts(10, 0),
            Readings.Read(Readings.Rate(["r{side=\"in\"}"], ["r{code=\"500\"}"]), "r{side=\"in\",code=\"200\"} 10\nr{side=\"out\",code=\"500\"} 99\n"));

    [Theory]
    [InlineData("")]
    [InlineData("other 1\n")]
    [InlineData("r_created 1770000000\n")]
    public void Read_NoSeries_IsAbsent(string text) => Assert.IsType<MetricReading.Absent>(Readings.Read(Plain, text));

    [Fact]
    public void Read_SeriesThatNoSelectorMatches_IsAbsent() =>
        Assert.IsType<MetricReading.Absent>(Readings.Read(Readings.Rate(["r{a=\"1\"}"], ["r{a=\"1\"}"]), "r{a=\"2\"} 5\n"));

    [Fact]
    public void Read_NoErrorSeriesYet_IsNoErrors() => Assert.Equal(new MetricReading.Counts(0, 0), Readings.Read(Plain, "r{code=\"200\"} 0\n"));

    [Theory]
    [InlineData("r NaN\n", "r (line 1) is NaN, which is no count")]
    [InlineData("r{code=\"200\"} 5\nr{code=\"500\"} +Inf\n", "r{code=\"500\"} (line 2) is +Inf, which is no count")]
    [InlineData("r -1\n", "r (line 1) is -1, which is no count")]
    [InlineData("r 1e999\n", "r (line 1) is +Inf, which is no count")]
    [InlineData("r{a=\"1\",b=\"2\"} 5\nr{b=\"2\",a=\"1\"} 5\n", "r{b=\"2\",a=\"1\"} (line 2) stands twice in one answer")]
    [InlineData("r{a=\"1\"} 5\nr{a=\"1\",b=\"\"} 5\n", "stands twice in one answer")]
    public void Read_NoCount_IsInvalid(string text, string expected) => Assert.Contains(expected, Readings.Invalid(Plain, text), StringComparison.Ordinal);

    [Fact]
    public void Read_SeriesWithLongLabels_IsShownShort() =>
        Assert.InRange(Readings.Invalid(Plain, $"r{{a=\"{new string('x', 9000)}\"}} NaN\n").Length, 1, 300);

    [Fact]
    public void Read_ErrorsOfAnotherMetric_IsInvalidAndNotZero() =>
        Assert.StartsWith("errors: failures_total is none of the request series", Readings.Invalid(Readings.Rate(["r"], ["failures_total"]), "r 5\nfailures_total 5\n"), StringComparison.Ordinal);

    [Fact]
    public void Read_ExpressionThatCannotBe_IsInvalid()
    {
        var spec = Plain with { Errors = [new SeriesSelector("r", [new LabelMatcher("code", MatchOperator.Matches, "(")])] };

        Assert.StartsWith("errors: the value of label code, \"(\", is no regular expression", Readings.Invalid(spec, "r 5\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void Get_SameSpec_IsCompiledOnce()
    {
        var compiled = new CompiledMetrics();

        Assert.Same(compiled.Get(Readings.Rate(["r"], ["r{x=~\"1\"}"])), compiled.Get(Readings.Rate(["r"], ["r{x=~\"1\"}"])));
    }

    [Fact]
    public void Get_EndlessSpecs_StaysBounded()
    {
        var compiled = new CompiledMetrics();
        var first = compiled.Get(Plain);
        for (var i = 0; i < CompiledMetrics.Most; i++)
        {
            compiled.Get(Plain with { Name = $"m{i}" });
        }

        Assert.NotSame(first, compiled.Get(Plain));
    }
}
