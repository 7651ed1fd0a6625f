using System.Globalization;
using System.Text.Json.Nodes;
using Canary.Kubernetes.Api;
using Canary.Sandbox;

namespace Canary.Benchmarks.Idle;

/// <summary>Many workloads like that of the demonstration, spread over namespaces.</summary>
/// <param name="cluster">Where.</param>
/// <param name="rollouts">How many.</param>
/// <param name="replicas">Pods of each.</param>
/// <param name="strategy">The fields of their Rollouts' specs that differ between benchmarks, in YAML's flow style and without the braces; null takes a usual plan.</param>
internal sealed class Shops(SandboxCluster cluster, int rollouts, int replicas, string? strategy = null)
{
    private const string UsualStrategy = """
        strategy: {canary: {steps: [{setWeight: 5}, {analyze: {atLeast: 1m, atMost: 10m}}, {setWeight: 50}, {analyze: {atMost: 10m}}, {setWeight: 100}, {analyze: {atLeast: 5m, atMost: 15m}}]}},
        analysis: {templates: [{name: golden-signals, clusterScope: true}]}
        """;

    private const int Namespaces = 20;
    private const int AtOnce = 8;

    private static readonly ResourceKind NamespaceKind = new("", "v1", "namespaces", "Namespace", false);

    /// <summary>Creates the Deployments, Services, VirtualServices and DestinationRules.</summary>
    public async Task CreateWorkloadsAsync(Action<int> created, CancellationToken cancellation)
    {
        await CreateAsync(Enumerable.Range(0, Namespaces).Select(Namespace), NamespaceKind, _ => { }, cancellation).ConfigureAwait(false);
        var count = 0;
        foreach (var (kind, make) in new (ResourceKind, Func<string, string, JsonObject>)[]
        {
            (ResourceKind.Services, Service),
            (ResourceKind.VirtualServices, VirtualService),
            (ResourceKind.DestinationRules, DestinationRule),
            (ResourceKind.Deployments, Deployment),
        })
        {
            await CreateAsync(Objects(make), kind, _ => created(Interlocked.Increment(ref count)), cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Creates the Rollouts.</summary>
    public Task CreateRolloutsAsync(CancellationToken cancellation) => CreateAsync(Objects(Rollout), ResourceKind.Rollouts, _ => { }, cancellation);

    /// <summary>The namespace and the name of one of them.</summary>
    public static (string Namespace, string Name) Key(int number) => (NameOf(number % Namespaces), string.Create(CultureInfo.InvariantCulture, $"app-{number:0000}"));

    private static string NameOf(int number) => string.Create(CultureInfo.InvariantCulture, $"shop-{number:00}");

    private static JsonObject Namespace(int number) => Parse($$"""{ metadata: { name: {{NameOf(number)}} } }""");

    private static JsonObject Service(string ns, string name) => Parse($$"""
        metadata: {name: {{name}}, namespace: {{ns}} }
        spec:
          selector: {app: {{name}} }
          ports: [{name: http, port: 80, targetPort: http}]
        """);

    private static JsonObject VirtualService(string ns, string name) => Parse($$"""
        metadata: {name: {{name}}, namespace: {{ns}} }
        spec:
          hosts: [{{name}}]
          http:
            - name: primary
              timeout: 5s
              route:
                - {destination: {host: {{name}}, subset: stable}, weight: 100}
                - {destination: {host: {{name}}, subset: canary}, weight: 0}
        """);

    private static JsonObject DestinationRule(string ns, string name) => Parse($$"""
        metadata: {name: {{name}}, namespace: {{ns}} }
        spec:
          host: {{name}}
          subsets:
            - {name: stable, labels: {app: {{name}} } }
            - {name: canary, labels: {app: {{name}} } }
        """);

    private JsonObject Rollout(string ns, string name) => Parse($$"""
        {
          metadata: {name: {{name}}, namespace: {{ns}} },
          spec: {
            workloadRef: {name: {{name}} },
            service: {{name}},
            traffic: {istio: {virtualServices: [{name: {{name}}, routes: [primary] }], destinationRule: {name: {{name}} }, propagation: 1s} },
            {{strategy ?? UsualStrategy}}
          }
        }
        """);

    private static JsonObject Parse(string yaml) => Kubernetes.Json.YamlTree.ParseAll(yaml).OfType<JsonObject>().Single();

    private JsonObject Deployment(string ns, string name) => Parse($$"""
        metadata: {name: {{name}}, namespace: {{ns}}, labels: {app: {{name}} } }
        spec:
          replicas: {{replicas.ToString(CultureInfo.InvariantCulture)}}
          selector: {matchLabels: {app: {{name}} } }
          template:
            metadata: {labels: {app: {{name}} } }
            spec:
              containers:
                - name: {{name}}
                  image: shop/{{name}}:v1
                  ports: [{name: http, containerPort: 8080}]
                  resources: {requests: {cpu: 100m, memory: 128Mi} }
                  readinessProbe: {httpGet: {path: /healthz, port: http} }
        """);

    private IEnumerable<JsonObject> Objects(Func<string, string, JsonObject> make) =>
        Enumerable.Range(0, rollouts).Select(number => make(Key(number).Namespace, Key(number).Name));

    private Task CreateAsync(IEnumerable<JsonObject> objects, ResourceKind kind, Action<JsonObject> created, CancellationToken cancellation) =>
        Parallel.ForEachAsync(objects, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation }, async (item, token) =>
        {
            item["apiVersion"] = kind.Group.Length == 0 ? kind.Version : $"{kind.Group}/{kind.Version}";
            item["kind"] = kind.Kind;
            await cluster.Api.CreateAsync(kind, item["metadata"]!["namespace"]?.GetValue<string>(), item, token).ConfigureAwait(false); // made above, with metadata
            created(item);
        });
}
