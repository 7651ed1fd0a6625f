using Canary.Kubernetes.Api;
using k8s;
using Microsoft.Extensions.Logging.Abstractions;
using Prometheus;

namespace Canary.Kubernetes.Tests.Api;

/// <summary>A client whose connection ends in a <see cref="ScriptedServer"/>, under a fake clock.</summary>
internal sealed class ApiHarness : IDisposable
{
    public ApiHarness(KubernetesApiOptions? options = null)
    {
        Api = new KubernetesApi(
            new KubernetesClientConfiguration { Host = "http://127.0.0.1:1/" },
            options ?? new KubernetesApiOptions(),
            Time,
            new Random(7),
            Registry,
            NullLogger<KubernetesApi>.Instance,
            Server);
    }

    public FakeClock Time { get; } = new();

    public ScriptedServer Server { get; } = new();

    public CollectorRegistry Registry { get; } = global::Prometheus.Metrics.NewCustomRegistry();

    public KubernetesApi Api { get; }

    public static string Deployment(string name, int version, string ns = "shop", string uid = "u1", string labels = "{}") =>
        $$"""{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"{{name}}","namespace":"{{ns}}","uid":"{{uid}}","resourceVersion":"{{version}}","labels":{{labels}}},"spec":{"replicas":{{version}} } }""";

    public void Dispose()
    {
        Api.Dispose();
        Server.Dispose();
    }
}
