using System.Text.Json.Nodes;
using Canary.Kubernetes.Api;
using Canary.Kubernetes.Json;
using Canary.Sandbox.ApiServer;
using Canary.Sandbox.Nodes;
using Xunit;
using ResourceKind = Canary.Kubernetes.Api.ResourceKind;

namespace Canary.Scenarios.Support;

/// <summary>One namespace with a Deployment <c>checkout</c> behind its mesh objects, and the Rollout that owns their weights.</summary>
internal sealed class Shop
{
    public const string Name = "checkout";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);

    private Shop(SharedCluster.Running running, string ns)
    {
        Running = running;
        Namespace = ns;
    }

    public SharedCluster.Running Running { get; }

    public string Namespace { get; }

    public KubernetesApi Api => Running.Person;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Creates everything and waits until the Rollout is Healthy.</summary>
    public static async Task<Shop> OpenAsync(SharedCluster cluster, string ns, ShopManifests manifests) => await OpenAsync(await cluster.RunAsync(), ns, manifests);

    /// <summary>As the other, in a cluster of its own.</summary>
    public static async Task<Shop> OpenAsync(SharedCluster.Running running, string ns, ShopManifests manifests)
    {
        var shop = new Shop(running, ns);
        await shop.ApplyAsync(manifests.Text(ns));
        await shop.UntilAsync(rollout => Phase(rollout) == "Healthy" && rollout["status"]!["engine"]!["traffic"]?["settledAt"] is not null, "the Rollout is Healthy");
        await shop.UntilAsync(async () => (await shop.ReadyPodsAsync("v1")).Count == manifests.Replicas, "all pods of v1 are ready");
        return shop;
    }

    public Task ApplyAsync(string yaml) => Running.Cluster.ApplyAsync(YamlTree.ParseAll(yaml).OfType<JsonObject>(), Cancellation);

    public static string Phase(JsonObject rollout) => (string?)rollout["status"]?["phase"] ?? "";

    public static string Stage(JsonObject rollout) => (string?)rollout["status"]?["engine"]?["journey"]?["stage"] ?? "";

    public static string StepLabel(JsonObject rollout) => (string?)rollout["status"]?["stepLabel"] ?? "";

    public static string? Outcome(JsonObject rollout) => (string?)rollout["status"]?["history"]?[0]?["outcome"];

    public static int Weight(JsonObject rollout) => (int?)rollout["status"]?["candidate"]?["weight"] ?? 0;

    public Task<JsonObject> RolloutAsync() => GetAsync(ResourceKind.Rollouts);

    public Task<JsonObject> GetAsync(ResourceKind kind) => Api.GetAsync(kind, Namespace, Name, Cancellation);

    public async Task<IReadOnlyList<JsonObject>> ListAsync(ResourceKind kind) => (await Api.ListAsync(kind, Namespace, null, Cancellation)).Items;

    /// <summary>Waits for a state of the Rollout.</summary>
    public async Task<JsonObject> UntilAsync(Func<JsonObject, bool> condition, string what)
    {
        JsonObject last = [];
        await UntilAsync(async () => condition(last = await RolloutAsync()), what, () => last["status"]?.ToJsonString());
        return last;
    }

    /// <summary>Waits for anything else.</summary>
    public async Task UntilAsync(Func<Task<bool>> condition, string what, Func<string?>? last = null)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(started) > Limit)
            {
                throw new TimeoutException($"{Namespace}: not within {Limit.TotalSeconds} s: {what}; last seen: {last?.Invoke() ?? (await RolloutAsync())["status"]?.ToJsonString()}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(15), TimeProvider.System, Cancellation);
        }
    }

    public Task<JsonObject> MergeAsync(ResourceKind kind, string json, string name = Name) =>
        Api.PatchAsync(kind, Namespace, name, PatchKind.MergePatch, JsonNode.Parse(json)!, null, Cancellation);

    public Task SetImageAsync(string tag) => Api.PatchAsync(
        ResourceKind.Deployments, Namespace, Name, PatchKind.JsonPatch,
        JsonNode.Parse($$"""[{"op":"replace","path":"/spec/template/spec/containers/0/image","value":"shop/checkout:{{tag}}"}]""")!, null, Cancellation);

    public Task ScaleAsync(int replicas) => MergeAsync(ResourceKind.Deployments, $$$"""{"spec":{"replicas":{{{replicas}}}}}""");

    public Task CommandAsync(string command) => MergeAsync(
        ResourceKind.Rollouts, new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["canary.dev/command"] = command } } }.ToJsonString());

    /// <summary>The weights of the first route, stable's first.</summary>
    public async Task<(int Stable, int Candidate)> WeightsAsync()
    {
        var routes = (await GetAsync(ResourceKind.VirtualServices))["spec"]!["http"]![0]!["route"]!;
        return ((int)routes[0]!["weight"]!, (int)routes[1]!["weight"]!);
    }

    /// <summary>The hash that the stable subset selects.</summary>
    public async Task<string?> StableSubsetAsync() => (string?)(await GetAsync(ResourceKind.DestinationRules))["spec"]!["subsets"]![0]!["labels"]!["pod-template-hash"];

    /// <summary>The pods of one image that are ready, by name.</summary>
    public async Task<List<string>> ReadyPodsAsync(string tag) => [.. (await ListAsync(ResourceKind.Pods))
        .Where(pod => (string)pod["spec"]!["containers"]![0]!["image"]! == $"shop/checkout:{tag}" && IsReady(pod))
        .Select(pod => (string)pod["metadata"]!["name"]!).Order(StringComparer.Ordinal)];

    public static bool IsReady(JsonObject pod) => pod["metadata"]!["deletionTimestamp"] is null
        && pod["status"]?["conditions"]?.AsArray().Any(condition => (string)condition!["type"]! == "Ready" && (string)condition["status"]! == "True") == true;

    /// <summary>The programs of the running pods.</summary>
    public async Task<List<PodWorkload>> WorkloadsAsync() =>
        [.. (await ListAsync(ResourceKind.Pods)).Select(pod => Running.Cluster.Plane.Nodes!.Find(Namespace, (string)pod["metadata"]!["name"]!)).OfType<PodWorkload>()];

    /// <summary>Events on the Rollout with a reason.</summary>
    public async Task<List<JsonObject>> EventsAsync(string reason) => [.. (await ListAsync(ResourceKind.Events)).Where(news => (string?)news["reason"] == reason)];
}
