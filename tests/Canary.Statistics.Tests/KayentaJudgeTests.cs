namespace Canary.Statistics.Tests;

/// <summary>Pairing, scores and schedules of Kayenta's judge.</summary>
public sealed class KayentaJudgeTests
{
    private static readonly Dictionary<string, double> NoWeights = [];

    public static TheoryData<string, double> Scores => new()
    {
        // cases of Kayenta's own tests of its scorer: group:classification, "!" is critical, "~" is muted
        { "a:Pass", 100 },
        { "a:High", 0 },
        { "a:Pass a:High", 50 },
        { "a:Pass a:High a:Low", 33.33 },
        { "a:Nodata", 0 },
        { "a:Pass !a:High", 0 },
        { "a:Low !a:Pass", 50 },
        { "a:Pass ~a:High", 100 },

        // and the rules one by one
        { "a:Pass b:High", 50 },
        { "a:Pass a:Nodata a:Pass", 100 },
        { "a:Pass a:NodataFailMetric", 50 },
        { "a:Pass a:Error", 100 },
        { "a:Error", 100 },
        { "a:Pass a:Nodata", 0 },
        { "a:Pass a:Pass a:Nodata", 100 },
        { "a:Pass b:Nodata c:Pass", 100 },
        { "a:Pass ~a:Nodata", 100 },
        { "~a:Pass", 0 },
        { "a:Pass a:Pass a:High", 66.67 },
        { "a:Pass !a:Nodata a:Pass", 0 },
    };

    [Theory]
    [MemberData(nameof(Scores))]
    public void Score_Findings_MeetKayenta(string findings, double expected) => Assert.Equal(expected, Judge(findings, NoWeights).Score);

    [Fact]
    public void Score_WeightsOfGroups_MeetKayenta()
    {
        Assert.Equal(75, Judge("a:Pass a:Pass b:High", new() { ["a"] = 75, ["b"] = 25 }).Score);
        Assert.Equal(25, Judge("a:Pass a:High b:High", new() { ["a"] = 50, ["b"] = 50 }).Score);

        // two groups share what a leaves of 100
        Assert.Equal(70, Judge("a:Pass b:High c:Pass", new() { ["a"] = 40 }).Score);

        // a weight of a group without metrics is spent all the same
        Assert.Equal(60, Judge("b:Pass", new() { ["a"] = 40 }).Score);
    }

    [Fact]
    public void Score_HalfACent_GoesUp()
    {
        Assert.Equal(12.35, Judge("a:Pass b:High", new() { ["a"] = 12.345, ["b"] = 87.655 }).Score);
        Assert.Equal(1.01, Judge("a:Pass b:High", new() { ["a"] = 1.005, ["b"] = 98.995 }).Score);
    }

    [Theory]
    [InlineData(95, 75, KayentaGrade.Marginal)]
    [InlineData(75, 50, KayentaGrade.Pass)]
    [InlineData(95, 75.01, KayentaGrade.Fail)]
    public void Score_Thresholds_AreReachedWhenMet(double pass, double marginal, KayentaGrade expected)
    {
        var judge = new KayentaJudge([], new Dictionary<string, double>(), pass, marginal);

        Assert.Equal(expected, judge.Score(Findings("a:Pass a:Pass a:Pass a:High")).Grade);
    }

    [Fact]
    public void Score_Groups_AreListed()
    {
        var verdict = Judge("a:Pass b:Nodata a:High b:Error a:NodataFailMetric", NoWeights);

        Assert.Equal([new("a", 100.0 / 3, false), new("b", 0, true)], verdict.Groups);
        Assert.Equal(66.67, verdict.Score);
        Assert.Null(verdict.Reason);
        Assert.Contains("critical", Judge("!a:High", NoWeights).Reason, StringComparison.Ordinal);
        Assert.Equal("1 of 2 metrics have no data", Judge("a:Pass a:Nodata", NoWeights).Reason);
    }

    [Fact]
    public void Judge_TwoMetrics_ClassifiesAndScores()
    {
        KayentaMetric[] metrics = [new() { Name = "errors", Groups = ["quality"] }, new() { Name = "cpu", Groups = ["resources", "cost"], Direction = SeriesDirection.Higher }];
        var judge = new KayentaJudge(metrics, new Dictionary<string, double> { ["quality"] = 70 }, 95, 75);
        NumberList low = [1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9];
        NumberList high = [2, 2.1, 2.2, 2.3, 2.4, 2.5, 2.6, 2.7, 2.8, 2.9];

        var verdict = judge.Judge([new("errors", KayentaTags.None, low, low), new("cpu", KayentaTags.None, low, high), new("unknown", KayentaTags.None, low, high)]);

        Assert.Equal([KayentaClassification.Pass, KayentaClassification.High], verdict.Results.Select(result => result.Classification));
        Assert.Equal((70, KayentaGrade.Fail), (verdict.Score, verdict.Grade));
        Assert.Equal(KayentaClassification.Error, judge.Judge([new("cpu", KayentaTags.None, [], [], "two kinds of labels")]).Results[0].Classification);
    }

    [Fact]
    public void Mix_EqualTags_ArePairedAndPadded()
    {
        var pairs = KayentaMixing.Mix(
            ["m"],
            [new("m", Tags("zone", "a"), [1, 2], 4), new("m", Tags("zone", "b"), [3], 1), new("other", KayentaTags.None, [9])],
            [new("m", Tags("zone", "b"), [5, 6, 7], 2), new("m", Tags("zone", "c"), [8], 3)]);

        Assert.Equal(3, pairs.Count);
        Assert.Equal(new("m", Tags("zone", "a"), [1, 2, double.NaN, double.NaN], [double.NaN, double.NaN, double.NaN, double.NaN]), pairs[0]);
        Assert.Equal(new("m", Tags("zone", "b"), [3], [5, 6, 7]), pairs[1]);
        Assert.Equal(new("m", Tags("zone", "c"), [double.NaN, double.NaN, double.NaN], [8, double.NaN, double.NaN]), pairs[2]);
    }

    [Fact]
    public void Mix_OneSideWithoutTags_IsMissingForEachOfTheOther()
    {
        KayentaSeries[] tagged = [new("m", Tags("zone", "a"), [1]), new("m", Tags("zone", "b"), [2])];
        KayentaSeries[] blank = [new("m", KayentaTags.None, [7, 7, 7])];

        Assert.Equal([new("m", Tags("zone", "a"), [1], [double.NaN]), new("m", Tags("zone", "b"), [2], [double.NaN])], KayentaMixing.Mix(["m"], tagged, blank));
        Assert.Equal([new("m", Tags("zone", "a"), [double.NaN], [1]), new("m", Tags("zone", "b"), [double.NaN], [2])], KayentaMixing.Mix(["m"], blank, tagged));
        Assert.Equal([new KayentaPair("m", KayentaTags.None, [7, 7, 7], [7, 7, 7])], KayentaMixing.Mix(["m"], blank, blank));
    }

    [Fact]
    public void Mix_NothingOrOtherKeys_IsSaid()
    {
        Assert.Equal([new KayentaPair("m", KayentaTags.None, [], [])], KayentaMixing.Mix(["m"], [], []));

        var pair = Assert.Single(KayentaMixing.Mix(["m"], [new("m", Tags("zone", "a"), [1])], [new("m", Tags("pod", "x"), [1])]));

        Assert.NotNull(pair.Problem);
    }

    [Fact]
    public void KayentaTags_Order_DoesNotMatter()
    {
        var one = new KayentaTags([new("a", "1"), new("b", "2")]);
        var two = new KayentaTags([new("b", "2"), new("a", "1")]);

        Assert.Equal(one, two);
        Assert.Equal(one.GetHashCode(), two.GetHashCode());
        Assert.NotEqual(one, new([new("a", "1"), new("b", "3")]));
        Assert.Equal("{a=1, b=2}", two.ToString());
        Assert.Throws<ArgumentException>(() => new KayentaTags([new("a", "1"), new("a", "2")]));
    }

    [Fact]
    public void Window_CumulativeOrSliding_IsWhatKayentaLooksAt()
    {
        var cumulative = new KayentaSchedule(Minutes(65), Minutes(20), Minutes(5));
        var sliding = new KayentaSchedule(Minutes(65), Minutes(20), Minutes(5), Minutes(30));

        Assert.Equal(3, cumulative.Judgements);
        Assert.Equal([(5, 25), (5, 45), (5, 65)], Windows(cumulative));
        Assert.Equal([(5, 25), (15, 45), (35, 65)], Windows(sliding));
        Assert.Throws<ArgumentOutOfRangeException>(() => cumulative.Window(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => cumulative.Window(4));

        static IEnumerable<(int, int)> Windows(KayentaSchedule schedule) => Enumerable.Range(1, schedule.Judgements)
            .Select(schedule.Window)
            .Select(window => ((int)window.From.TotalMinutes, (int)window.To.TotalMinutes));
    }

    [Fact]
    public void Conclude_ScoresInOrder_EndAtTheMarginalOneOrWithTheLast()
    {
        var schedule = new KayentaSchedule(Minutes(60), Minutes(20));
        var judge = new KayentaJudge([], new Dictionary<string, double>(), 95, 75);

        Assert.Null(schedule.Conclude(judge, []));
        Assert.Null(schedule.Conclude(judge, [80, 90]));
        Assert.Equal(KayentaGrade.Fail, schedule.Conclude(judge, [80, 75]));
        Assert.Equal(KayentaGrade.Fail, schedule.Conclude(judge, [80, 10, 100]));
        Assert.Equal(KayentaGrade.Pass, schedule.Conclude(judge, [80, 80, 95]));
        Assert.Equal(KayentaGrade.Fail, schedule.Conclude(judge, [100, 100, 94.99]));
    }

    [Fact]
    public void KayentaJudge_WrongNumbers_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => new KayentaJudge([new() { Name = "a" }, new() { Name = "a" }], NoWeights, 95, 75));
        Assert.Throws<ArgumentOutOfRangeException>(() => new KayentaJudge([], new Dictionary<string, double> { ["a"] = double.NaN }, 95, 75));
        Assert.Throws<ArgumentOutOfRangeException>(() => new KayentaJudge([], NoWeights, double.NaN, 75));
        Assert.Throws<ArgumentOutOfRangeException>(() => new KayentaSchedule(Minutes(10), Minutes(20)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new KayentaSchedule(Minutes(10), TimeSpan.Zero));
        Assert.Throws<ArgumentOutOfRangeException>(() => new KayentaSchedule(Minutes(10), Minutes(5), Minutes(-1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new KayentaSchedule(Minutes(10), Minutes(5), default, TimeSpan.Zero));
    }

    private static TimeSpan Minutes(int minutes) => TimeSpan.FromMinutes(minutes);

    private static KayentaTags Tags(string key, string value) => new([new(key, value)]);

    private static KayentaVerdict Judge(string findings, Dictionary<string, double> weights) => new KayentaJudge([], weights, 95, 75).Score(Findings(findings));

    private static KayentaResult[] Findings(string findings) => [.. findings.Split(' ').Select(finding =>
    {
        var parts = finding.TrimStart('!', '~').Split(':');
        var metric = new KayentaMetric { Name = finding, Groups = [parts[0]], IsMuted = finding[0] == '~' };
        return new KayentaResult(metric, Enum.Parse<KayentaClassification>(parts[1]), finding[0] == '!', 1, null);
    })];
}
