using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Canary.Sandbox.Controllers;

namespace Canary.Sandbox.Nodes;

/// <summary>
/// The program in a pod and the sidecar before it, without any network: draws each reply and counts it. Thread-safe.
/// What the metrics report is the drawn service time, not a measured one, so that two busy cores add no noise of their own to what the analysis is to find.
/// </summary>
internal sealed class PodWorkload
{
    private const string NoMutualTls = "none";

    // the bounds that client libraries use by default, in seconds
    private static readonly double[] AppBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private readonly CounterRandom _random;
    private readonly IstioMetrics _istio = new("destination");
    private readonly DurationHistogram _durations = new(AppBounds);
    private readonly WorkloadLabels _labels;
    private readonly string _name;
    private readonly string _namespace;
    private readonly string _image;
    private readonly string _hash;
    private long _requests;
    private long _errors;

    public PodWorkload(JsonObject pod, PodBehaviour behaviour, ulong seed)
    {
        Behaviour = behaviour;
        _labels = WorkloadLabels.Of(pod);
        _name = pod.Name();
        _namespace = pod.Namespace();
        _image = pod.Items("spec", "containers").FirstOrDefault().Text("image") ?? "";
        _hash = pod.Labels().GetValueOrDefault(PodTemplate.HashLabel, "");
        _random = new CounterRandom(CounterRandom.SeedOf(seed, $"{_namespace}/{_name}"));
    }

    public PodBehaviour Behaviour { get; }

    public PodCount Count => new(_namespace, _name, _image, _hash, Interlocked.Read(ref _requests), Interlocked.Read(ref _errors));

    /// <summary>What becomes of requests for the metrics; may be changed at any time, to try what the engine makes of it.</summary>
    public MetricsHealth Metrics { get; set; }

    /// <summary>Draws the reply to the next request; nothing is counted yet.</summary>
    public PodReply Draw()
    {
        var code = _random.NextDouble() < Behaviour.ErrorRatio ? 500 : 200;

        // 1 minus a number in [0, 1) is never 0, whose logarithm is not finite
        return new PodReply(code, Behaviour.Latency.Draw(1 - _random.NextDouble(), _random.NextDouble()));
    }

    /// <summary>Counts an answered request.</summary>
    /// <param name="reply">As drawn.</param>
    /// <param name="source">The caller; null when it has no sidecar.</param>
    /// <param name="service">The called service's full host name; null when not known.</param>
    public void Record(PodReply reply, WorkloadLabels? source, string? service)
    {
        Interlocked.Increment(ref _requests);
        if (reply.Code >= 500)
        {
            Interlocked.Increment(ref _errors);
        }

        _durations.Observe(reply.ServiceTime.TotalSeconds);
        Report(reply.Code, "-", reply.ServiceTime, source, service);
    }

    /// <summary>Counts a request whose caller went away before the answer; only the sidecar sees those.</summary>
    public void RecordDisconnect(TimeSpan after, WorkloadLabels? source, string? service) => Report(0, "DC", after, source, service);

    /// <summary>What the program itself serves at <c>/metrics</c>.</summary>
    public void WriteAppMetrics(StringBuilder text)
    {
        var errors = Interlocked.Read(ref _errors);
        var requests = Interlocked.Read(ref _requests);
        text.Append("# TYPE http_requests_total counter\n");
        text.Append(CultureInfo.InvariantCulture, $"http_requests_total{{code=\"200\"}} {requests - errors}\n");
        text.Append(CultureInfo.InvariantCulture, $"http_requests_total{{code=\"500\"}} {errors}\n");
        text.Append("# TYPE http_request_duration_seconds histogram\n");
        _durations.Write(text, "http_request_duration_seconds", "");
    }

    /// <summary>What the sidecar serves at <c>:15020/stats/prometheus</c>: its own metrics and the program's, merged.</summary>
    public void WriteSidecarMetrics(StringBuilder text)
    {
        _istio.Write(text);
        WriteAppMetrics(text);
    }

    private void Report(int code, string flags, TimeSpan duration, WorkloadLabels? source, string? service) => _istio.Record(
        new IstioSeriesKey(source ?? WorkloadLabels.Unknown, _labels, service ?? WorkloadLabels.NotKnown, code, flags, source is null ? NoMutualTls : "mutual_tls"),
        duration);
}
