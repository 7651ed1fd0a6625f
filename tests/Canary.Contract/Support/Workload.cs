using System.Globalization;
using System.Text.Json.Nodes;
using Canary.Sandbox.ApiServer;
using Xunit;
using static Canary.Contract.Support.Samples;

namespace Canary.Contract.Support;

/// <summary>A paused Deployment <c>web</c>, and the moves of a rollout on its ReplicaSets, as the engine makes them.</summary>
internal sealed class Workload
{
    private const string Desired = "deployment.kubernetes.io/desired-replicas";
    private const string Max = "deployment.kubernetes.io/max-replicas";
    private const string Revision = "deployment.kubernetes.io/revision";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private JsonObject _owner = [];
    private int _touches;

    private Workload(Place place) => Place = place;

    public Place Place { get; }

    public string Path => Place.Deployments + "/web";

    /// <summary>Name of the ReplicaSet that serves from the start.</summary>
    public string First { get; private set; } = "";

    /// <summary>Creates the Deployment, lets it come up, and pauses it.</summary>
    /// <param name="place">Where.</param>
    /// <param name="replicas">Pods.</param>
    /// <param name="more">Further fields of spec, each with a comma behind it.</param>
    public static async Task<Workload> PausedAsync(Place place, int replicas, string more = "")
    {
        await ServeWidgetsAsync(place);
        var workload = new Workload(place) { _owner = await place.DoAsync("POST", place.Of(WidgetGroup, "v1", "widgets"), Widget("rollout")) };
        await place.DoAsync("POST", place.Deployments, Deployment(replicas, more));
        await place.UntilAsync(workload.Path, (_, deployment) => deployment.Whole("status", "availableReplicas") == replicas && IsObserved(deployment), "all pods are available");
        workload.First = (await workload.ReplicaSetsAsync()).Single().Text("metadata", "name")!;
        await workload.ChangeAsync("""{"spec":{"paused":true}}""");
        return workload;
    }

    public Task<JsonObject> GetAsync() => Place.GetAsync(Path);

    public Task<JsonObject> ReplicaSetAsync(string name) => Place.GetAsync($"{Place.ReplicaSets}/{name}");

    public async Task<IReadOnlyList<JsonObject>> ReplicaSetsAsync() => [.. (await Place.GetAsync(Place.ReplicaSets)).Items("items")!.Select(item => item!.AsObject())];

    /// <summary>The names of all pods of one ReplicaSet.</summary>
    public async Task<List<string>> PodsAsync(string replicaSet) => [.. (await Place.GetAsync(Place.Pods)).Items("items")!
        .Where(pod => pod.Items("metadata", "ownerReferences")?[0].Text("name") == replicaSet && pod.Text("metadata", "deletionTimestamp") is null)
        .Select(pod => pod.Text("metadata", "name")!).Order(StringComparer.Ordinal)];

    /// <summary>Changes the Deployment.</summary>
    public Task<JsonObject> SendAsync(string merge) => Place.DoAsync("PATCH", Path, merge, Place.MergePatch);

    /// <summary>Changes the Deployment, and waits until its controller has seen that.</summary>
    public async Task ChangeAsync(string merge)
    {
        await SendAsync(merge);
        await Place.UntilAsync(Path, (_, deployment) => IsObserved(deployment), "the controller has seen the change");
    }

    public async Task SetImageAsync(string tag)
    {
        await Place.DoAsync("PATCH", Path, $$"""[{"op":"replace","path":"/spec/template/spec/containers/0/image","value":"shop/web:{{tag}}"}]""", Place.JsonPatch);
        await SettleAsync();
    }

    /// <summary>Lets the controller look once more at everything, so that what has not moved by then does not move by itself.</summary>
    public Task SettleAsync() => ChangeAsync(new JsonObject { ["spec"] = new JsonObject { ["progressDeadlineSeconds"] = 700 + _touches++ } }.ToJsonString());

    /// <summary>Creates a ReplicaSet for the Deployment's template, owned by another object, and waits for its pods.</summary>
    /// <returns>Its name.</returns>
    public async Task<string> CandidateAsync(string hash, int replicas)
    {
        var deployment = await GetAsync();
        var template = deployment["spec"]!["template"]!.DeepClone();
        template["metadata"]!["labels"]!["pod-template-hash"] = hash;
        await Place.DoAsync("POST", Place.ReplicaSets, new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = $"web-{hash}",
                ["labels"] = template["metadata"]!["labels"]!.DeepClone(),
                ["ownerReferences"] = new JsonArray(Controller(_owner)),
            },
            ["spec"] = new JsonObject
            {
                ["replicas"] = replicas,
                ["selector"] = new JsonObject { ["matchLabels"] = template["metadata"]!["labels"]!.DeepClone() },
                ["template"] = template,
            },
        }.ToJsonString());
        await AvailableAsync($"web-{hash}", replicas);
        return $"web-{hash}";
    }

    public Task AvailableAsync(string replicaSet, int replicas) => Place.UntilAsync(
        $"{Place.ReplicaSets}/{replicaSet}", (_, seen) => (seen.Whole("status", "availableReplicas") ?? 0) == replicas && (seen.Whole("status", "replicas") ?? 0) == replicas, $"{replicas} pods are available");

    public async Task ScaleAsync(string replicaSet, int replicas)
    {
        await Place.DoAsync("PATCH", $"{Place.ReplicaSets}/{replicaSet}", Replicas(replicas), Place.MergePatch);
        await AvailableAsync(replicaSet, replicas);
    }

    /// <summary>Gives a ReplicaSet to the Deployment.</summary>
    /// <param name="replicaSet">Its name.</param>
    /// <param name="desired">The size that the annotations speak of; null writes none.</param>
    /// <param name="surge">What the annotations add for maxSurge.</param>
    public async Task HandOverAsync(string replicaSet, int? desired, int surge = 0)
    {
        await OwnAsync(replicaSet, await GetAsync(), desired is { } size ? Annotations(size, surge) : []);
    }

    /// <summary>Takes a ReplicaSet out of the Deployment's hands.</summary>
    public Task CheckOutAsync(string replicaSet) => OwnAsync(replicaSet, _owner, []);

    /// <summary>A merge that sets the size of a Deployment or a ReplicaSet.</summary>
    public static string Replicas(int replicas) => new JsonObject { ["spec"] = new JsonObject { ["replicas"] = replicas } }.ToJsonString();

    /// <summary>Requires that the ReplicaSets are asked to have these sizes, and that it stays so.</summary>
    public async Task SizesAsync(params (string ReplicaSet, int Replicas)[] expected)
    {
        var wanted = Sizes(expected);
        var started = TimeProvider.System.GetTimestamp();
        while (Sizes(await ReplicaSetsAsync()) != wanted && TimeProvider.System.GetElapsedTime(started) < Patience)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Place.Cancellation);
        }

        await SettleAsync();
        Assert.Equal(wanted, Sizes(await ReplicaSetsAsync()));
    }

    /// <summary>The size that a ReplicaSet is asked to have when everybody has come to rest.</summary>
    public async Task<int> RestAsync(string replicaSet)
    {
        for (var quiet = 0; ;)
        {
            var before = Sizes(await ReplicaSetsAsync());
            await SettleAsync();
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, Place.Cancellation);
            quiet = Sizes(await ReplicaSetsAsync()) == before && await AreRunningAsync() ? quiet + 1 : 0;
            if (quiet == 3)
            {
                return (int)(await ReplicaSetAsync(replicaSet)).Whole("spec", "replicas")!;
            }
        }
    }

    public static string? RevisionOf(JsonObject item) => item.Text("metadata", "annotations", Revision);

    public static string? HistoryOf(JsonObject item) => item.Text("metadata", "annotations", "deployment.kubernetes.io/revision-history");

    public static string? DesiredOf(JsonObject item) => item.Text("metadata", "annotations", Desired);

    private async Task<bool> AreRunningAsync() =>
        (await ReplicaSetsAsync()).All(set => (set.Whole("status", "availableReplicas") ?? 0) == set.Whole("spec", "replicas") && (set.Whole("status", "replicas") ?? 0) == set.Whole("spec", "replicas"));

    private static JsonObject Annotations(int replicas, int surge) =>
        new() { [Desired] = replicas.ToString(CultureInfo.InvariantCulture), [Max] = (replicas + surge).ToString(CultureInfo.InvariantCulture) };

    private static bool IsObserved(JsonObject deployment) => deployment.Whole("status", "observedGeneration") == deployment.Whole("metadata", "generation");

    private static JsonObject Controller(JsonObject owner)
    {
        var reference = JsonTree.ParseObject(Reference(owner));
        reference["controller"] = true;
        return reference;
    }

    private static string Sizes(IEnumerable<(string ReplicaSet, int Replicas)> sizes) =>
        string.Join(", ", sizes.OrderBy(size => size.ReplicaSet, StringComparer.Ordinal).Select(size => $"{size.ReplicaSet}: {size.Replicas}"));

    private static string Sizes(IEnumerable<JsonNode?> sets) => Sizes(sets.Select(set => (set.Text("metadata", "name")!, (int)(set.Whole("spec", "replicas") ?? -1))));

    private Task<JsonObject> OwnAsync(string replicaSet, JsonObject owner, JsonObject annotations) => Place.DoAsync(
        "PATCH", $"{Place.ReplicaSets}/{replicaSet}",
        new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = annotations, ["ownerReferences"] = new JsonArray(Controller(owner)) } }.ToJsonString(), Place.MergePatch);
}
