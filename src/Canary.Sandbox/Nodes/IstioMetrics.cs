using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Canary.Sandbox.Nodes;

/// <summary>
/// Istio's request metrics as one proxy reports them: names, labels and bucket bounds of Istio 1.30. Bytes, gRPC and TCP are left out. Thread-safe.
/// </summary>
/// <param name="reporter">"source" at the client's proxy, "destination" at the pod's.</param>
internal sealed class IstioMetrics(string reporter)
{
    /// <summary>Envoy's default bucket bounds, in milliseconds.</summary>
    public static readonly double[] Bounds =
        [0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000, 300000, 600000, 1800000, 3600000];

    private readonly ConcurrentDictionary<IstioSeriesKey, Series> _series = new();

    public void Record(in IstioSeriesKey key, TimeSpan duration)
    {
        if (!_series.TryGetValue(key, out var series))
        {
            series = _series.GetOrAdd(key, static (added, by) => new Series(Labels(added, by)), reporter);
        }

        series.Durations.Observe(duration.TotalMilliseconds);
    }

    /// <summary>Requests of the series that satisfy a condition.</summary>
    public long Count(Func<IstioSeriesKey, bool> condition) =>
        _series.Where(series => condition(series.Key)).Sum(series => series.Value.Durations.Read().Counts.Sum());

    /// <summary>Appends everything in Prometheus' text format.</summary>
    public void Write(StringBuilder text)
    {
        List<Series> all = [.. _series.Values.OrderBy(series => series.Labels, StringComparer.Ordinal)];
        text.Append("# TYPE istio_requests_total counter\n");
        foreach (var series in all)
        {
            text.Append(CultureInfo.InvariantCulture, $"istio_requests_total{{{series.Labels}}} {series.Durations.Read().Counts.Sum()}\n");
        }

        text.Append("# TYPE istio_request_duration_milliseconds histogram\n");
        foreach (var series in all)
        {
            series.Durations.Write(text, "istio_request_duration_milliseconds", series.Labels);
        }
    }

    private static string Labels(IstioSeriesKey key, string reporter)
    {
        var text = new StringBuilder($"reporter=\"{reporter}\"");
        void Add(string name, string value) => text.Append(CultureInfo.InvariantCulture, $",{name}=\"{Escape(value)}\"");
        var service = key.Service.Split('.');
        Side("source", key.Source);
        Side("destination", key.Destination);
        Add("destination_service", key.Service);
        Add("destination_service_name", service[0]);
        Add("destination_service_namespace", service.Length > 1 ? service[1] : key.Destination.Namespace);
        Add("request_protocol", "http");
        Add("response_code", key.Code.ToString(CultureInfo.InvariantCulture));
        Add("grpc_response_status", "");
        Add("response_flags", key.Flags);
        Add("connection_security_policy", key.Security);
        return text.ToString();

        void Side(string side, WorkloadLabels labels)
        {
            Add($"{side}_workload", labels.Workload);
            Add($"{side}_workload_namespace", labels.Namespace);
            Add($"{side}_canonical_service", labels.CanonicalService);
            Add($"{side}_canonical_revision", labels.CanonicalRevision);
            Add($"{side}_principal", labels.Principal);
            Add($"{side}_app", labels.App);
            Add($"{side}_version", labels.Version);
            Add($"{side}_cluster", labels.Workload == WorkloadLabels.NotKnown ? WorkloadLabels.NotKnown : "Kubernetes");
        }
    }

    private static string Escape(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private sealed record Series(string Labels)
    {
        public DurationHistogram Durations { get; } = new(Bounds);
    }
}
