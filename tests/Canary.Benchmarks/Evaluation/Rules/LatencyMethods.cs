using Canary.Benchmarks.Evaluation.Trials;
using Canary.Benchmarks.Evaluation.Worlds;
using Canary.Statistics;

namespace Canary.Benchmarks.Evaluation.Rules;

/// <summary>The methods for latencies, by name.</summary>
internal static class LatencyMethods
{
    public static IReadOnlyList<Layout> Layouts { get; } = [Layout.Classic, Layout.Fine];

    /// <summary>What people use today.</summary>
    /// <param name="size">Decides how many rollouts the costly ones judge.</param>
    public static IReadOnlyList<Method<LatencyBlock>> Others(EvaluationSize size) =>
    [
        new("Mann-Whitney every 60 s, 5 %", _ => new RankTest(ZTest.Five, Clock.MinuteBlocks)),
        new("t every 60 s, 5 %", _ => new MeanTest(ZTest.Five, Clock.MinuteBlocks)),
        Flagger(1),
        Flagger(5),
        Flagger(10),
        Argo(0),
        Argo(3),
        .. Layouts.Select(layout => new Method<LatencyBlock>($"Kayenta p99 every 5 min, {layout.Name}", _ => new KayentaLike<LatencyBlock>(new QuantilePoints(layout)))
        {
            MostReplicates = size.Replicates(CountMethods.KayentaReplicates),
        }),
    ];

    /// <summary>Our test without a margin: as in rollouts, and with the alternatives and weights of the specification.</summary>
    public static IReadOnlyList<Method<LatencyBlock>> Both { get; } =
    [
        .. Layouts.Select(layout => Ours(OursName(layout), layout, LatencyTestSettings.Rollback(1))),
        .. Layouts.Select(layout => Ours(SpecifiedName(layout), layout, new(1))),
    ];

    public static string OursName(Layout layout) => $"ours, {layout.Name}";

    public static string SpecifiedName(Layout layout) => $"ours as specified, {layout.Name}";

    /// <summary>Our test with the bounds of a regression in the buckets that it reads.</summary>
    public static Method<LatencyBlock> Bounded(Method<LatencyBlock> method, LatencyLaw baseline, LatencyLaw candidate, double rate, double weight)
    {
        var bounds = Layouts.First(layout => method.Name.EndsWith($", {layout.Name}", StringComparison.Ordinal)).Bounds;
        var (before, now) = (baseline.Shares(bounds), candidate.Shares(bounds));
        return method with { BoundSeconds = LatencyBound.Alike(before, now, rate, weight), SharperBoundSeconds = LatencyBound.NotSlower(before, now, rate, weight) };
    }

    public static Method<LatencyBlock> Ours(string name, Layout layout, LatencyTestSettings settings) =>
        new(name, traffic => new LatencyEvidence(settings, layout, CountMethods.LogThreshold, traffic.History));

    private static Method<LatencyBlock> Flagger(int threshold) => new($"Flagger-like, {threshold}", _ => new FlaggerLike<LatencyBlock>(new DurationCheck(), threshold));

    private static Method<LatencyBlock> Argo(int limit) => new($"Argo-like, {limit}", _ => new ArgoLike<LatencyBlock>(new DurationCheck(), limit));
}
