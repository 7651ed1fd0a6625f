using System.Text;
using Canary.Metrics.Scrape;
using CsCheck;
using Xunit;

namespace Canary.Metrics.Tests.Scrape;

public sealed class PrometheusTextTests
{
    private static List<Readings.Series> Read(string text, bool openMetrics = false)
    {
        var everything = new Readings.Everything();
        Assert.Null(Readings.Problem(everything, text, openMetrics));
        return everything.Series;
    }

    [Theory]
    [InlineData(Expositions.Istio, false, 19)]
    [InlineData(Expositions.Go, false, 14)]
    [InlineData(Expositions.OpenMetrics, true, 8)]
    [InlineData(Expositions.OpenMetrics, false, 8)]
    public void Read_RealShapes_FindsEverySeries(string text, bool openMetrics, int series)
    {
        Assert.Equal(series, Read(text, openMetrics).Count);
        Assert.Equal(Read(text, openMetrics), Read(text.Replace("\n", "\r\n", StringComparison.Ordinal), openMetrics));
    }

    [Theory]
    [InlineData("a 1", "a", 1)]
    [InlineData("  a\t1  ", "a", 1)]
    [InlineData("a{} 1", "a", 1)]
    [InlineData("a{}1", "a", 1)]
    [InlineData("a:b_C9 1 1770000000000", "a:b_C9", 1)]
    [InlineData("a 1 -5", "a", 1)]
    [InlineData("{\"a.b\"} 1", "a.b", 1)]
    [InlineData("{\"a\\\"\\\\\\nb\"} 1", "a\"\\\nb", 1)]
    [InlineData("a +Inf", "a", double.PositiveInfinity)]
    [InlineData("a -inf", "a", double.NegativeInfinity)]
    [InlineData("a NaN", "a", double.NaN)]
    [InlineData("a 1.5e3", "a", 1500)]
    [InlineData("a -0.25", "a", -0.25)]
    [InlineData("a .5", "a", .5)]
    [InlineData("a 123456789012345678", "a", 123456789012345678)]
    public void Read_SeriesWithoutLabels_GivesNameAndValue(string line, string name, double value) =>
        Assert.Equal(new Readings.Series(name, [], value, 1), Assert.Single(Read(line)));

    [Theory]
    [InlineData("a{b=\"c\"} 1", "b", "c")]
    [InlineData("a { b = \"c\" , } 1", "b", "c")]
    [InlineData("a{b=\"\\\"\\\\\\n\\t\"} 1", "b", "\"\\\n\\t")]
    [InlineData("a{b=\"}, ä😀{#\"} 1", "b", "}, ä😀{#")]
    [InlineData("{\"a\",\"b.c\"=\"d\"} 1", "b.c", "d")]
    [InlineData("{b=\"d\",\"a\"} 1", "b", "d")]
    [InlineData("a{\"b\\\"\"=\"d\"} 1", "b\"", "d")]
    public void Read_Label_GivesItsCharacters(string line, string label, string value) =>
        Assert.Equal(new Readings.Series("a", [(label, value)], 1, 1), Assert.Single(Read(line)));

    [Theory]
    [InlineData("", false)]
    [InlineData("\n\r\n \t\n# any comment\n#\n# TYPE\n", false)]
    [InlineData("# EOF\n", true)]
    [InlineData("# EOF", true)]
    public void Read_NothingToMeasure_IsUnderstood(string text, bool openMetrics) => Assert.Empty(Read(text, openMetrics));

    [Theory]
    [InlineData("a", "a space or '{' was expected")]
    [InlineData("a ", "a value was expected")]
    [InlineData("a x", "a value was expected")]
    [InlineData("a 0x10", "a value was expected")]
    [InlineData("a 1_000", "a value was expected")]
    [InlineData("a 1,000", "a value was expected")]
    [InlineData("a +", "a value was expected")]
    [InlineData("a nano", "a value was expected")]
    [InlineData("a {count:1,sum:2}", "'=' was expected")]
    [InlineData("a 1 x", "a timestamp was expected")]
    [InlineData("a 1 2 3", "text follows the value")]
    [InlineData("a 1 # x", "an exemplar's labels were expected")]
    [InlineData("a 1 # {} ", "an exemplar's value was expected")]
    [InlineData("a 1 # {x} 1", "'=' was expected")]
    [InlineData("1a 1", "a metric name was expected")]
    [InlineData("a.b 1", "a space or '{' was expected")]
    [InlineData("{} 1", "no metric name")]
    [InlineData("{b=\"c\"} 1", "no metric name")]
    [InlineData("{\"a\",\"b\"} 1", "two metric names")]
    [InlineData("a{\"b\"} 1", "two metric names")]
    [InlineData("{\"\"} 1", "or an empty one")]
    [InlineData("a{b=\"c\" 1", "',' or '}' was expected")]
    [InlineData("a{b=\"c\"", "no closing brace")]
    [InlineData("a{b=\"c} 1", "no closing quote")]
    [InlineData("a{b=\"c\\", "no closing quote")]
    [InlineData("a{b=\"c\\\"", "no closing quote")]
    [InlineData("a{b=c} 1", "must stand in double quotes")]
    [InlineData("a{b='c'} 1", "must stand in double quotes")]
    [InlineData("a{b} 1", "'=' was expected")]
    [InlineData("a{,} 1", "a label's name was expected")]
    [InlineData("a{1=\"c\"} 1", "a label's name was expected")]
    [InlineData("a{b=\"1\",b=\"2\"} 1", "a label stands twice")]
    [InlineData("a\0 1", "a zero byte")]
    [InlineData("<!doctype html>", "a metric name was expected")]
    [InlineData("{\"status\":\"ok\"}", "'=' was expected")]
    public void Read_BrokenLine_NamesTheLine(string line, string expected)
    {
        var problem = Readings.Problem(new Readings.Everything(), $"good 1\n\n{line}\ngood 2\n");

        Assert.StartsWith("line 3: ", problem, StringComparison.Ordinal);
        Assert.Contains(expected, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_BrokenLineOfAnUnwantedSeries_IsAProblemToo() =>
        Assert.StartsWith("line 2: ", Readings.Problem(new PodCollector([]), "a 1\nb{ 2\n"), StringComparison.Ordinal);

    [Fact]
    public void Read_InvalidUtf8InAWantedSeries_IsAProblem()
    {
        byte[] text = [.. "a{b=\""u8, 0xC3, 0x28, .. "\"} 1\n"u8];

        Assert.Equal("line 1: the text is no UTF-8", Readings.Problem(new Readings.Everything(), text));
    }

    [Theory]
    [InlineData("a 1\n", "line 1: the text ends without # EOF")]
    [InlineData("a 1\n# EOF\nb 1\n", "line 3: text follows # EOF")]
    public void Read_OpenMetricsWithoutProperEnd_IsAProblem(string text, string expected) =>
        Assert.StartsWith(expected, Readings.Problem(new Readings.Everything(), text, openMetrics: true), StringComparison.Ordinal);

    [Fact]
    public void Read_TooManyLabels_IsAProblem()
    {
        var labels = string.Join(',', Enumerable.Range(0, PrometheusText.MostLabels + 1).Select(i => $"l{i}=\"\""));

        Assert.Equal("line 1: a series has more than 128 labels", Readings.Problem(new Readings.Everything(), $"a{{{labels}}} 1\n"));
    }

    [Fact]
    public void Read_WrittenSeries_ReadBackTheSame()
    {
        var name = Gen.Char["abcXYZ_"].Array[1, 8].Select(letters => new string(letters));
        var value = Gen.Char["ab\"\\\n{}=,#äß "].Array[0, 12].Select(letters => new string(letters));
        var labels = Gen.Select(name, value).Array[0, 6].Select(pairs => pairs.DistinctBy(pair => pair.Item1).ToArray());
        var quoted = Gen.Bool;
        var series = Gen.Select(name, labels, Gen.Double, quoted);

        series.Array[0, 20].Sample(all =>
        {
            var text = string.Concat(all.Select(one => Write(one.Item1, one.Item2, one.Item3, one.Item4)));
            return Read(text).Select(one => (one.Name, one.Labels.ToArray(), one.Value)).Zip(all).All(pair =>
                pair.First.Name == pair.Second.Item1 && pair.First.Item2.SequenceEqual(pair.Second.Item2) && pair.First.Value.Equals(pair.Second.Item3));
        });
    }

    [Fact]
    public void Read_MangledText_NeverThrowsHoweverItIsCut()
    {
        var istio = Encoding.UTF8.GetBytes(Expositions.OpenMetrics);
        var mangled = Gen.Select(Gen.Int[0, istio.Length - 1], Gen.Byte).Array[0, 6];
        Gen.Select(mangled, Gen.Int[0, istio.Length], Gen.Int[1, 97]).Sample((changes, length, chunk) =>
        {
            var text = istio.ToArray();
            foreach (var (at, value) in changes)
            {
                text[at] = value;
            }

            text = text[..length];
            var whole = new Readings.Everything();
            var cut = new Readings.Everything();
            var problem = Readings.Problem(whole, text, openMetrics: true);
            using var trickle = new Trickle(text, chunk);
            var other = ExpositionReader.ReadAsync(trickle, new PrometheusText(cut, openMetrics: true), long.MaxValue, false, CancellationToken.None).GetAwaiter().GetResult();
            return problem == other.Problem && whole.Series.SequenceEqual(cut.Series);
        });
    }

    [Fact]
    public void Read_AnyBytes_NeverThrows() => Gen.Byte.Array[0, 200].Sample(bytes => Readings.Problem(new Readings.Everything(), bytes) is null or { Length: > 8 });

    private static string Write(string name, (string Name, string Value)[] labels, double value, bool quoted)
    {
        var pairs = labels.Select(label => $"{Quote(label.Name, quoted)}=\"{Escape(label.Value)}\"");
        var number = double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf" : value.ToString("R", System.Globalization.CultureInfo.InvariantCulture);
        return quoted ? $"{{{string.Join(',', pairs.Prepend($"\"{name}\""))}}} {number}\n" : $"{name}{{{string.Join(", ", pairs)}}} {number} 17\n";
    }

    private static string Quote(string name, bool quoted) => quoted ? $"\"{name}\"" : name;

    private static string Escape(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
