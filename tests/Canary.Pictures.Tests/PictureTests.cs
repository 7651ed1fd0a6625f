using System.Xml.Linq;
using Canary.Core;
using CsCheck;

namespace Canary.Pictures.Tests;

public sealed class PictureTests
{
    private static readonly Gen<EvidenceChart> Evidence =
        from title in Gen.String[0, 90]
        from names in Gen.String[0, 40].Array[0, 12]
        from values in Gen.Double[-60, 800].Array[0, 30].Array[12]
        from stride in Gen.Double[0.1, 5000]
        from threshold in Gen.Double[0.7, 20]
        from marks in Gen.Select(Gen.Double[0, 1e5], Gen.String[0, 30], Gen.Bool).Array[0, 12]
        select new EvidenceChart
        {
            Title = title,
            Meaning = "odds against it",
            AtThreshold = "roll back",
            LogThreshold = threshold,
            Lines = names.Select((name, i) => new EvidenceLine(name, values[i].Select((value, at) => new TimePoint(at * stride, value)).ToValueList(), i == 0)).ToValueList(),
            Marks = marks.Select(mark => new TimeMark(mark.Item1, mark.Item2, mark.Item3 ? TimeMarkKind.Step : TimeMarkKind.Decision)).ToValueList(),
        };

    private static readonly Gen<RatioChart> Ratio =
        from points in Gen.Select(Gen.Double[1e-9, 1e9].Nullable(), Gen.Double[0, 10].Nullable(), Gen.Double[0, 1e9].Nullable()).Array[0, 60]
        from stride in Gen.Double[0.1, 5000]
        from margin in Gen.Double[1, 1.4]
        select new RatioChart
        {
            Title = "errors",
            Points = points.Select((point, i) => new RatioPoint(i * stride, point.Item1, point.Item2, point.Item3)).ToValueList(),
            RollbackMargin = margin,
            AcceptanceMargin = margin * 1.3,
        };

    private static readonly Gen<LatencyChart> Latency =
        from bounds in Gen.Double[0.001, 1e5].HashSet[1, 30]
        from stable in Gen.Int[0, 100000].Array[31]
        from candidate in Gen.Int[0, 30].Array[31]
        from value in Gen.Double[0.001, 1e6].Array[3]
        select new LatencyChart
        {
            Title = "latency",
            Bounds = bounds.Order().ToValueList(),
            Stable = Running(stable, bounds.Count + 1),
            Candidate = Running(candidate, bounds.Count + 1),
            Quantiles = new[] { 0.5, 0.9, 0.99 }.Select((p, i) => new QuantileMark(p, new(value[i], value[i] / 2, null), null)).ToValueList(),
        };

    [Fact]
    public void Of_AnyEvidence_IsReadable() => Evidence.Sample(chart => AssertReadable(Picture.Of(chart)), iter: 300);

    [Fact]
    public void Of_AnyRatio_IsReadable() => Ratio.Sample(chart => AssertReadable(Picture.Of(chart)), iter: 300);

    [Fact]
    public void Of_AnyLatency_IsReadable() => Latency.Sample(chart => AssertReadable(Picture.Of(chart)), iter: 300);

    [Theory]
    [MemberData(nameof(GoldenTests.Names), MemberType = typeof(GoldenTests))]
    public void Of_Sample_IsReadable(string name) => AssertReadable(GoldenTests.Draw(name));

    [Fact]
    public void Of_NameWithMarkup_IsEscaped()
    {
        var svg = Picture.Of(Samples.Evidence(errors: "<script>&\"\u0001"));

        Assert.DoesNotContain("<script>", svg, StringComparison.Ordinal);
        Assert.Contains(XDocument.Parse(svg).Descendants().Where(e => e.Name.LocalName == "text"), text => text.Value.StartsWith("<script>&\"", StringComparison.Ordinal));
    }

    [Fact]
    public void Of_Evidence_ReachesTheThresholdLineWhereTheEvidenceDoes()
    {
        var chart = Samples.Evidence() with { Marks = [], Lines = [new("errors", [new(0, 0), new(10, Math.Log(100))], IsCombined: true)] };

        var document = XDocument.Parse(Picture.Of(chart));

        var threshold = document.Descendants().Single(e => (string?)e.Attribute("class") == "bound bad");
        var line = document.Descendants().Single(e => (string?)e.Attribute("class") == "combined");
        Assert.EndsWith($" {threshold.Attribute("y1")!.Value}", line.Attribute("d")!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_ThousandsOfPoints_KeepsTheHighestAndStaysSmall()
    {
        var points = Enumerable.Range(0, 100_000).Select(i => new TimePoint(i, i == 55_555 ? 4 : 0.1)).ToValueList();

        var svg = Picture.Of(Samples.Evidence() with { Lines = [new("errors", points)], Marks = [] });

        Assert.InRange(svg.Length, 1, 60_000);
        var heights = XDocument.Parse(svg).Descendants().Single(e => (string?)e.Attribute("class") == "curve l0").Attribute("d")!.Value
            .Split('M', 'L').Skip(1).Select(pair => double.Parse(pair.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(2, heights.Distinct().Count());
    }

    [Fact]
    public void Of_CountsThatDoNotFitTheBounds_Throws() =>
        Assert.Throws<ArgumentException>(() => Picture.Of(Samples.Latency() with { Candidate = [1, 2] }));

    [Theory]
    [InlineData(0, "1 : 1")]
    [InlineData(4.6051701859880918, "100 : 1")]
    [InlineData(-4.6051701859880918, "1 : 100")]
    [InlineData(5.3612921657094255, "213 : 1")]
    [InlineData(16.11809565095832, "10⁷ : 1")]
    [InlineData(double.PositiveInfinity, "∞ : 1")]
    public void Odds_LogEvidence_ReadsAsABet(double logEvidence, string expected) => Assert.Equal(expected, Words.Odds(logEvidence));

    [Theory]
    [InlineData(0.0004, "0.4 µs")]
    [InlineData(2.5, "2.5 ms")]
    [InlineData(250, "250 ms")]
    [InlineData(2500, "2.5 s")]
    public void Milliseconds_Value_HasItsUnit(double value, string expected) => Assert.Equal(expected, Words.Milliseconds(value));

    [Theory]
    [InlineData(45, "seconds", "5")]
    [InlineData(900, "minutes", "2")]
    [InlineData(20000, "hours", "1")]
    [InlineData(4e6, "hours", "144")]
    public void Ticks_Time_AreRoundAndFew(double end, string unit, string second)
    {
        var axis = new TimeAxis(end);

        var ticks = axis.Ticks();

        Assert.StartsWith(unit, axis.Name, StringComparison.Ordinal);
        Assert.InRange(ticks.Count, 3, 10);
        Assert.Equal(second, ticks[1].Label);
    }

    [Fact]
    public void Ticks_Logarithmic_AreNeverTooMany() => Gen.Select(Gen.Double[-12, 12], Gen.Double[0.01, 300]).Sample((start, decades) =>
    {
        var lowest = Math.Pow(10, start);
        var axis = new LogAxis(lowest, lowest * Math.Pow(10, Math.Min(decades, 250)), 0, 100);

        Assert.InRange(axis.Ticks(8, _ => "").Count, 0, 8);
    });

    private static ValueList<double> Running(int[] counts, int length)
    {
        var sum = 0.0;
        return counts.Take(length).Select(count => sum += count).ToValueList();
    }

    /// <summary>Well-formed, described, within its size, and no two labels on each other.</summary>
    private static void AssertReadable(string svg)
    {
        var root = XDocument.Parse(svg).Root!;
        Assert.Equal(("760", "360"), (root.Attribute("width")!.Value, root.Attribute("height")!.Value));
        Assert.DoesNotContain("NaN", svg, StringComparison.Ordinal);
        Assert.Contains("prefers-color-scheme:dark", svg, StringComparison.Ordinal);
        Assert.NotNull(root.Elements().Single(e => e.Name.LocalName == "title").Value);
        Assert.NotEqual("", root.Elements().Single(e => e.Name.LocalName == "desc").Value);

        var boxes = root.Elements().Where(e => e.Name.LocalName == "text").Select(TextBox.Of).Where(box => box.Text.Trim() != "").ToList();
        foreach (var box in boxes)
        {
            Assert.True(box is { Left: >= 0, Top: >= 0, Right: <= 760, Bottom: <= 360 }, $"{box} leaves the picture");
        }

        for (var i = 0; i < boxes.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                Assert.False(boxes[i].Overlaps(boxes[j]), $"{boxes[i]} lies on {boxes[j]}");
            }
        }
    }
}
