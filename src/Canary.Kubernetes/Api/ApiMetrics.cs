using Prometheus;

namespace Canary.Kubernetes.Api;

/// <summary>Counts and times every request to the API server. Thread-safe.</summary>
internal sealed class ApiMetrics
{
    private readonly Counter _requests;
    private readonly Histogram _durations;

    public ApiMetrics(CollectorRegistry registry)
    {
        var factory = global::Prometheus.Metrics.WithCustomRegistry(registry);
        _requests = factory.CreateCounter(
            "canary_kubernetes_requests_total",
            "Requests sent to the Kubernetes API, each attempt counted; code is the HTTP status, or why none came.",
            "verb",
            "resource",
            "code");
        _durations = factory.CreateHistogram(
            "canary_kubernetes_request_duration_seconds",
            "Time of requests to the Kubernetes API until the answer was read, in seconds, watches left out.",
            new HistogramConfiguration
            {
                LabelNames = ["verb", "resource"],
                Buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
            });
    }

    public void Count(ApiCall call, string code) => _requests.WithLabels(call.Verb, call.Resource, code).Inc();

    public void Observe(ApiCall call, TimeSpan elapsed) => _durations.WithLabels(call.Verb, call.Resource).Observe(elapsed.TotalSeconds);
}
