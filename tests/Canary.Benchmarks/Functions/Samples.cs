using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Canary.Core;
using Canary.Core.Analysis;
using Canary.Core.Rollouts;
using Canary.Core.Traffic;
using Canary.Kubernetes.Mapping;
using Canary.Sandbox;
using Canary.Testing;

namespace Canary.Benchmarks.Functions;

/// <summary>The inputs of the functions that are measured, as they are in operation.</summary>
internal static class Samples
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private static readonly double[] Bounds = [0.5, 1, 2.5, 5, 10, 25, 50, 75, 100, 150, 200, 250, 500, 750, 1000, 2500, 5000, 10000, 30000, double.PositiveInfinity];

    public static DateTimeOffset Noon { get; } = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public static AnalysisSpec Analysis { get; } = new() { WarmUp = TimeSpan.Zero, Templates = [new TemplateReference("golden-signals", true)] };

    public static Exposure Exposed { get; } = new(Noon, new Weight(50), Noon);

    /// <summary>Nothing is under way.</summary>
    public static World Idle()
    {
        var world = new World();
        world.Run(TimeSpan.FromMinutes(1));
        return world;
    }

    /// <summary>A candidate with a share of the traffic is being judged, and there is nothing to do but wait.</summary>
    public static World Stepping()
    {
        var world = Idle();
        world.Deployment!.Template = "v2"; // a world starts with a Deployment
        world.Verdict = TestSpecs.Verdict(VerdictState.Running, world.Now);
        if (!world.RunUntil(now => now.Status.Journey is { Stage: Stage.Stepping, Step: 1 }, Hour))
        {
            throw new InvalidOperationException($"no candidate was exposed: {world.Status.Message}");
        }

        world.Verdict = TestSpecs.Verdict(VerdictState.Running, world.Now);
        world.Settle();
        return world;
    }

    /// <summary>The verdict has just become Fail: the next decision takes the traffic away.</summary>
    public static World Retreating()
    {
        var world = Stepping();
        world.Verdict = TestSpecs.Verdict(VerdictState.Fail, world.Now);
        var decision = RolloutMachine.Decide(world.Observe());
        return decision.Status.Journey?.Stage == Stage.Retreating ? world : throw new InvalidOperationException($"it does not retreat: {decision.Reason}");
    }

    /// <summary>A round of error counts and a histogram from each pod, 50 requests a pod and round, one in a hundred bad.</summary>
    public static Measurement Round(int number, int podsOfAnArm)
    {
        var at = Noon + (number * Analysis.Interval);
        var requests = 50.0 * (number + 1);
        var cumulative = Bounds.Select((_, i) => Math.Round(requests * (1 - Math.Exp(-(i + 1) / 4.0)))).ToArray();
        cumulative[^1] = requests;
        PodReading Pod(ArmName arm, int pod) => new()
        {
            Uid = string.Create(CultureInfo.InvariantCulture, $"5f0c7a52-{(int)arm:0000}-4a52-9d2e-{pod:000000000000}"),
            Pod = string.Create(CultureInfo.InvariantCulture, $"checkout-{arm}-{pod}"),
            Arm = arm,
            Epoch = "0@1770000000.25",
            ReadySince = Noon - Hour,
            At = at,
            Metrics = [new MetricReading.Counts(requests, Math.Floor(requests / 100)), new MetricReading.Buckets(Bounds.ToValueList(), cumulative.ToValueList())],
        };
        return new Measurement(at, Enum.GetValues<ArmName>().SelectMany(arm => Enumerable.Range(0, podsOfAnArm).Select(pod => Pod(arm, pod))).ToValueList());
    }

    /// <summary>The evidence after so many rounds.</summary>
    public static AnalysisState Evidence(int rounds, int podsOfAnArm) =>
        Enumerable.Range(0, rounds).Aggregate(AnalysisState.Empty, (state, number) => Judge.Advance(TestSpecs.Metrics, Analysis, state, Exposed, Round(number, podsOfAnArm)));

    /// <summary>The status of a candidate under way, with a past of ten rollouts.</summary>
    public static RolloutStatus Status()
    {
        var world = Stepping();
        return world.Status with
        {
            History = Enumerable.Range(0, 10).Select(i => new HistoryEntry(
                new Revision($"v{i}"), $"shop/checkout:v{i}", Outcome.Promoted, "no worse than the acceptance margin", null, Noon, Noon + Hour, new Revision("v0"))).ToValueList(),
        };
    }

    /// <summary>The demonstration's Rollout, as people write it.</summary>
    public static JsonObject Rollout() => EmbeddedManifests.Objects("demo/rollout.yaml")[0];

    /// <summary>The metrics of the golden signals, as the template says them.</summary>
    public static ValueList<MetricSpec> GoldenSignals()
    {
        var template = EmbeddedManifests.Objects("templates/golden-signals.yaml")[0];
        var mapped = TemplateMapping.Read(Analysis, "shop", _ => template);
        return mapped.Value ?? throw new InvalidOperationException(string.Join("; ", mapped.Problems));
    }

    /// <summary>A sidecar's answer: requests and histograms of 40 callers, which are wanted, among Envoy's own statistics, which are not.</summary>
    public static byte[] Exposition(int bytes)
    {
        var text = new StringBuilder();
        for (var caller = 0; text.Length < bytes; caller++)
        {
            var labels = string.Create(CultureInfo.InvariantCulture, $$"""
                reporter="destination",source_workload="caller-{{caller}}",source_principal="spiffe://cluster.local/ns/shop/sa/caller-{{caller}}",destination_workload="checkout",destination_service="checkout.shop.svc.cluster.local",request_protocol="http",response_code="200",grpc_response_status="",response_flags="-",connection_security_policy="mutual_tls"
                """);
            text.Append("istio_requests_total{").Append(labels).Append("} 941\n");
            for (var bucket = 0; bucket < Bounds.Length; bucket++)
            {
                var bound = double.IsPositiveInfinity(Bounds[bucket]) ? "+Inf" : Bounds[bucket].ToString(CultureInfo.InvariantCulture);
                text.Append("istio_request_duration_milliseconds_bucket{").Append(labels).Append(",le=\"").Append(bound).Append("\"} ").Append(CultureInfo.InvariantCulture, $"{(bucket == Bounds.Length - 1 ? 941 : bucket * 40)}\n");
            }

            text.Append("istio_request_duration_milliseconds_sum{").Append(labels).Append("} 28236.5\n");
            text.Append("istio_request_duration_milliseconds_count{").Append(labels).Append("} 941\n");
            for (var i = 0; i < 40; i++)
            {
                text.Append(CultureInfo.InvariantCulture, $"envoy_cluster_upstream_rq_completed{{cluster_name=\"outbound|80||service-{caller}-{i}.shop.svc.cluster.local\"}} {i}\n");
            }
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
