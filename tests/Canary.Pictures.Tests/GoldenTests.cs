namespace Canary.Pictures.Tests;

public sealed class GoldenTests
{
    public static TheoryData<string> Names => ["evidence", "evidence-short", "evidence-empty", "ratio", "ratio-empty", "latency", "latency-few", "latency-no-candidate"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Of_Chart_IsThePictureThatWasLookedAt(string name)
    {
        var drawn = Draw(name);

        var expected = Path.Combine(AppContext.BaseDirectory, "Golden", $"{name}.svg");
        if (!File.Exists(expected) || File.ReadAllText(expected) != drawn)
        {
            var received = Path.Combine(AppContext.BaseDirectory, $"{name}.received.svg");
            File.WriteAllText(received, drawn);
            Assert.Fail($"The picture is another one. Look at {received} in a browser; when it is right, copy it to tests/Canary.Pictures.Tests/Golden/{name}.svg.");
        }
    }

    internal static string Draw(string name) => name switch
    {
        "evidence" => Picture.Of(Samples.Evidence()),
        "evidence-short" => Picture.Of(Samples.Evidence(blocks: 9, drift: 1.2)),
        "evidence-empty" => Picture.Of(Samples.Evidence() with { Lines = [], Marks = [] }),
        "ratio" => Picture.Of(Samples.Ratio()),
        "ratio-empty" => Picture.Of(Samples.Ratio() with { Points = [], Marks = [] }),
        "latency" => Picture.Of(Samples.Latency()),
        "latency-few" => Picture.Of(Samples.Latency(40, 3)),
        "latency-no-candidate" => Picture.Of(NoCandidate(Samples.Latency())),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "is no picture"),
    };

    private static LatencyChart NoCandidate(LatencyChart chart) => chart with
    {
        Candidate = [.. new double[chart.Candidate.Count]],
        Quantiles = [.. chart.Quantiles.Select(mark => mark with { Candidate = null })],
    };
}
