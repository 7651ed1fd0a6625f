using Canary.Core;
using Canary.Statistics;

namespace Canary.Pictures.Tests;

/// <summary>Charts of made-up rollouts, by a fixed seed.</summary>
internal static class Samples
{
    private static readonly double[] Bounds = [0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000];

    public static EvidenceChart Evidence(int blocks = 180, double drift = 0.06, string errors = "errors") => new()
    {
        Title = "checkout 8b1a5f: evidence against the candidate",
        Meaning = "odds that the candidate is more than 10 % worse",
        AtThreshold = "roll back",
        LogThreshold = Math.Log(100),
        Lines =
        [
            Line(errors, blocks, drift, 1),
            Line("latency", blocks, -0.02, 2),
            new("together", Line("latency", blocks, drift * 0.8, 1).Points, IsCombined: true),
        ],
        Marks =
        [
            new(0, "5 %", TimeMarkKind.Step),
            new(blocks * 5 * 0.4, "25 %", TimeMarkKind.Step),
            new(blocks * 5 * 0.41, "26 %", TimeMarkKind.Step),
            new(blocks * 5 * 0.8, "50 %", TimeMarkKind.Step),
            new(blocks * 5 * 0.9, "rolled back after 13 min 30 s", TimeMarkKind.Decision),
        ],
    };

    public static RatioChart Ratio(int blocks = 180)
    {
        var history = RatioHistory.Empty;
        var random = new Random(5);
        var points = new List<RatioPoint>();
        for (var i = 1; i <= blocks; i++)
        {
            history = history.Add(new CountBlock(100, 400, Count(random, 100, 0.012), Count(random, 400, 0.01)));
            var estimate = RatioEstimate.Of(history);
            points.Add(new(i * 5, estimate.Ratio is { } ratio && double.IsFinite(ratio) ? ratio : null, estimate.Lower, double.IsFinite(estimate.Upper) ? estimate.Upper : null));
        }

        return new()
        {
            Title = "errors: ratio of the candidate to stable",
            Points = points.ToValueList(),
            RollbackMargin = 1.1,
            AcceptanceMargin = 1.5,
            Marks = [new(0, "5 %", TimeMarkKind.Step), new(blocks * 3, "25 %", TimeMarkKind.Step), new(blocks * 4.5, "accepted after 13 min 30 s", TimeMarkKind.Decision)],
        };
    }

    public static LatencyChart Latency(int requests = 20000, double slower = 1.3)
    {
        var random = new Random(9);
        var stable = Cumulative(random, requests * 4, 1);
        var candidate = Cumulative(random, requests, slower);
        return new()
        {
            Title = "latency: how slow the requests are",
            Bounds = Bounds.ToValueList(),
            Stable = stable,
            Candidate = candidate,
            Quantiles = new[] { 0.5, 0.9, 0.99 }.Select(p => new QuantileMark(p, Span(stable, p, 0.06), Span(candidate, p, 0.15))).ToValueList(),
        };
    }

    private static QuantileSpan Span(ValueList<double> cumulative, double probability, double width)
    {
        var value = Histograms.Quantile(NumberList.Create(Bounds.AsSpan()), cumulative, probability);
        return new(value, value * (1 - width), value * (1 + width));
    }

    private static ValueList<double> Cumulative(Random random, int requests, double slower)
    {
        var counts = new double[Bounds.Length + 1];
        for (var i = 0; i < requests; i++)
        {
            var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            var ms = slower * 40 * Math.Exp(0.9 * normal);
            var bucket = Array.FindIndex(Bounds, bound => ms <= bound);
            counts[bucket < 0 ? Bounds.Length : bucket]++;
        }

        return Histograms.Cumulative(counts).ToValueList();
    }

    private static EvidenceLine Line(string name, int blocks, double drift, int seed)
    {
        var random = new Random(seed);
        var value = 0.0;
        var points = new List<TimePoint>();
        for (var i = 1; i <= blocks; i++)
        {
            value += drift * (random.NextDouble() * 2 - 0.4) + (random.NextDouble() - 0.5) * 0.1;
            points.Add(new(i * 5, value));
        }

        return new(name, points.ToValueList());
    }

    private static double Count(Random random, int requests, double ratio) => Enumerable.Range(0, requests).Count(_ => random.NextDouble() < ratio);
}
