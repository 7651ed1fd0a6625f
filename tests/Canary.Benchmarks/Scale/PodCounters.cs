using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Canary.Sandbox.Nodes;

namespace Canary.Benchmarks.Scale;

/// <summary>What the sidecar of one pod has counted, drawn when it is read: 200 requests a second, of which one in a thousand fails, or one in three where the image says so. Thread-safe.</summary>
internal sealed class PodCounters
{
    /// <summary>The end of the tag of an image whose requests fail.</summary>
    public const string BadTag = "-errors";

    private const double RequestsPerSecond = 200;

    private static readonly double[] Shares = SharesOfBuckets();

    private readonly Lock _lock = new();
    private readonly string _labels;
    private readonly double _errorRatio;
    private readonly CounterRandom _random;
    private readonly long[] _answered = new long[Shares.Length];
    private readonly long[] _failed = new long[Shares.Length];
    private long _last;

    /// <param name="pod">The pod.</param>
    /// <param name="started">Since when it counts.</param>
    public PodCounters(JsonObject pod, long started)
    {
        var name = (string?)pod["metadata"]?["name"] ?? "";
        var ns = (string?)pod["metadata"]?["namespace"] ?? "";
        var image = (string?)pod["spec"]?["containers"]?[0]?["image"] ?? "";
        var app = (string?)pod["metadata"]?["labels"]?["app"] ?? "";
        _errorRatio = image.EndsWith(BadTag, StringComparison.Ordinal) ? 0.33 : 0.001;
        _random = new CounterRandom(CounterRandom.SeedOf(1, $"{ns}/{name}"));
        _last = started;
        _labels = $"""
            reporter="destination",source_workload="gateway",source_workload_namespace="mesh",source_canonical_service="gateway",source_canonical_revision="latest",source_principal="unknown",source_app="gateway",source_version="unknown",source_cluster="Kubernetes",destination_workload="{app}",destination_workload_namespace="{ns}",destination_canonical_service="{app}",destination_canonical_revision="latest",destination_principal="unknown",destination_app="{app}",destination_version="unknown",destination_cluster="Kubernetes",destination_service="{app}.{ns}.svc.cluster.local",destination_service_name="{app}",destination_service_namespace="{ns}",request_protocol="http",grpc_response_status="",response_flags="-",connection_security_policy="mutual_tls"
            """;
    }

    /// <summary>What it tells at a time.</summary>
    public string Read(long now, TimeProvider time)
    {
        lock (_lock)
        {
            var requests = RequestsPerSecond * time.GetElapsedTime(_last, now).TotalSeconds;
            _last = now;
            for (var bucket = 0; bucket < Shares.Length; bucket++)
            {
                _answered[bucket] += Draw(requests * Shares[bucket] * (1 - _errorRatio));
                _failed[bucket] += Draw(requests * Shares[bucket] * _errorRatio);
            }

            var text = new StringBuilder(8192);
            text.Append("# TYPE istio_requests_total counter\n");
            text.Append(CultureInfo.InvariantCulture, $"istio_requests_total{{{_labels},response_code=\"200\"}} {_answered.Sum()}\n");
            text.Append(CultureInfo.InvariantCulture, $"istio_requests_total{{{_labels},response_code=\"500\"}} {_failed.Sum()}\n");
            text.Append("# TYPE istio_request_duration_milliseconds histogram\n");
            Write(text, _answered, "200");
            Write(text, _failed, "500");
            return text.ToString();
        }
    }

    private void Write(StringBuilder text, long[] counts, string code)
    {
        var below = 0L;
        for (var bucket = 0; bucket < counts.Length; bucket++)
        {
            below += counts[bucket];
            var bound = bucket < IstioMetrics.Bounds.Length ? IstioMetrics.Bounds[bucket].ToString(CultureInfo.InvariantCulture) : "+Inf";
            text.Append(CultureInfo.InvariantCulture, $"istio_request_duration_milliseconds_bucket{{{_labels},response_code=\"{code}\",le=\"{bound}\"}} {below}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"istio_request_duration_milliseconds_sum{{{_labels},response_code=\"{code}\"}} {below * 30}\n");
        text.Append(CultureInfo.InvariantCulture, $"istio_request_duration_milliseconds_count{{{_labels},response_code=\"{code}\"}} {below}\n");
    }

    /// <summary>About Poisson: the mean, rounded by chance, and spread as its square root by the normal law.</summary>
    private long Draw(double mean)
    {
        if (mean <= 0)
        {
            return 0;
        }

        var normal = Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
        return mean < 5 ? Math.Max(0, (long)Math.Floor(mean + _random.NextDouble())) : Math.Max(0, (long)Math.Round(mean + (Math.Sqrt(mean) * normal)));
    }

    /// <summary>The shares of a lognormal law with a median of 20 ms and a 99th percentile of 200 ms.</summary>
    private static double[] SharesOfBuckets()
    {
        var shares = new double[IstioMetrics.Bounds.Length + 1];
        var below = 0.0;
        for (var bucket = 0; bucket < shares.Length; bucket++)
        {
            var at = bucket < IstioMetrics.Bounds.Length ? MathNet.Numerics.Distributions.LogNormal.CDF(Math.Log(20), Math.Log(10) / 2.326, IstioMetrics.Bounds[bucket]) : 1;
            shares[bucket] = at - below;
            below = at;
        }

        return shares;
    }
}
