using System.Globalization;
using System.Text.Json.Nodes;
using Canary.Kubernetes.Api;
using Canary.Kubernetes.Json;
using Canary.Sandbox;
using Canary.Sandbox.Demo;
using Canary.Scenarios.Support;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Canary.Scenarios.Rights;

/// <summary>Everything that an engine is ever asked to do, one after the other in one namespace, so that every right of its role has its use.</summary>
internal sealed class RightsStories(SharedCluster.Running running, ITestOutputHelper output)
{
    private const string Namespace = RightsCluster.Namespace;

    private const string Primary =
        """{"name":"primary","route":[{"destination":{"host":"checkout","subset":"stable"},"weight":100},{"destination":{"host":"checkout","subset":"canary"},"weight":0},{"destination":{"host":"checkout","subset":"baseline"},"weight":0}]}""";

    /// <summary>Nobody answers there: to ask for the receiver and its Secret is what takes rights.</summary>
    private const string Receivers = """
        apiVersion: v1
        kind: Secret
        metadata: {name: canary-notifications, namespace: shop}
        data: {url: aHR0cHM6Ly9sb2NhbGhvc3Q6MS8=}
        ---
        apiVersion: canary.dev/v1alpha1
        kind: NotificationReceiver
        metadata: {name: audit, namespace: shop}
        spec: {webhook: {urlSecret: {key: url}}}
        ---
        apiVersion: canary.dev/v1alpha1
        kind: ClusterNotificationReceiver
        metadata: {name: audit}
        spec: {webhook: {url: "https://localhost:1/"}}
        """;

    private static readonly ResourceKind[] Kinds =
        [ResourceKind.Rollouts, ResourceKind.Deployments, ResourceKind.Services, ResourceKind.VirtualServices, ResourceKind.DestinationRules, ResourceKind.AnalysisTemplates];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private KubernetesApi Api => running.Person;

    /// <summary>Four versions after v1: promoted, taken back for errors, taken back for latency, failed.</summary>
    /// <param name="adjust">Changes the Rollout beyond its times; may be null.</param>
    public async Task DemonstrationAsync(Action<JsonObject>? adjust)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        await running.Cluster.ApplyAsync(EmbeddedManifests.Objects("templates/golden-signals.yaml").Select(OfTheNamespace), Cancellation);
        var plan = new DemonstrationPlan
        {
            Adjust = rollout =>
            {
                Compress(rollout);
                adjust?.Invoke(rollout);
            },
        };
        var wrong = await new Demonstration(running.Cluster, new LineView(text), plan).RunAsync(Cancellation);
        output.WriteLine(text.ToString());
        Assert.Empty(wrong);
    }

    /// <summary>The Rollout goes: everything is put back as it was found. Then the rest goes, too.</summary>
    public async Task ReleaseAsync()
    {
        await Api.DeleteAsync(ResourceKind.Rollouts, Namespace, Shop.Name, null, Cancellation);
        await UntilGoneAsync();
        await ClearAsync();
    }

    /// <summary>A Rollout refers to a ClusterAnalysisTemplate, which the engine may read only later.</summary>
    public async Task ClusterTemplateAsync(Func<Task> grant)
    {
        var manifests = new ShopManifests("[{setWeight: 25}, {pause: {}}]") { Analysis = "templates: [{name: golden-signals, clusterScope: true}]" };
        await running.Cluster.ApplyAsync(YamlTree.ParseAll(manifests.Text(Namespace)).OfType<JsonObject>(), Cancellation);
        var message = await UntilValidIsAsync("False");
        Assert.Equal(
            """
            spec.analysis.templates[0].name: is "golden-signals", but the engine, which works on namespace shop alone, may not list ClusterAnalysisTemplates; give the engine's service account the rule {apiGroups: ["canary.dev"], resources: ["clusteranalysistemplates"], verbs: ["list", "watch"]} in a ClusterRole, or use an AnalysisTemplate and leave clusterScope out
            """, message);
        await grant();
        await UntilValidIsAsync("True");
        await ReleaseAsync();
    }

    /// <summary>People are told, and the Rollout goes and leaves everything as it is.</summary>
    public async Task OrphanAsync()
    {
        var shop = await OpenAsync(new ShopManifests("[{setWeight: 25}, {pause: {}}]")
        {
            Analysis = "templates: [{name: judge}], onNoData: {hold: 10m}",
            More = "onDelete: Orphan\n  notifications: [{receiver: {name: audit}}, {receiver: {name: audit, clusterScope: true}}]",
        });
        await running.Cluster.ApplyAsync(YamlTree.ParseAll(Receivers).OfType<JsonObject>(), Cancellation);
        await shop.SetImageAsync("v2");
        await shop.UntilAsync(rollout => Shop.StepLabel(rollout) == "2/4 pause", "v2 has 25 %");
        await Api.DeleteAsync(ResourceKind.Rollouts, Namespace, Shop.Name, null, Cancellation);
        await UntilGoneAsync();
        Assert.Equal((100, 0), await shop.WeightsAsync());
        await ClearAsync();
    }

    /// <summary>No DestinationRule, a fresh baseline, commands, drift, people who write at the very moment when the engine does, and a history of one.</summary>
    public async Task CommandsAsync()
    {
        var shop = await OpenAsync(new ShopManifests("[{setWeight: 20}, {pause: {}}, {setWeight: 50}, {pause: {}}, {setWeight: 100}]")
        {
            Mesh = ShopManifests.MeshWithBaseline.Split("---")[0],
            Analysis = "templates: [{name: judge}], onNoData: {hold: 10m}, baseline: Fresh, history: 1",
            More = "rollback: {revertTemplate: false}",
        });
        var race = new Race(shop);
        race.With("virtualservices", VirtualServiceEdit(shop));
        race.With("destinationrules", DestinationRuleEdit(shop));

        await shop.SetImageAsync("v2");
        await shop.UntilAsync(rollout => Shop.StepLabel(rollout) == "2/5 pause" && rollout["status"]!["baseline"] is not null, "v2 and its baseline have 20 % each");
        race.End();
        await shop.MergeAsync(ResourceKind.VirtualServices, $$$"""{"spec":{"http":[{{{Primary}}}]}}""");
        await shop.UntilAsync(async () => await shop.WeightsAsync() == (60, 20), "drift is put right");
        foreach (var again in new[] { "retry", "retry", "retry" })
        {
            await shop.CommandAsync("abort");
            await shop.UntilAsync(rollout => Shop.Outcome(rollout) == "Aborted" && Shop.Phase(rollout) == "Degraded", "v2 is taken back");
            await shop.CommandAsync(again);
            await shop.UntilAsync(rollout => Shop.StepLabel(rollout) == "2/5 pause", "v2 has 20 % again");
        }

        await shop.CommandAsync("promote");
        await shop.UntilAsync(rollout => Shop.Outcome(rollout) == "Promoted" && Shop.Phase(rollout) == "Healthy", "v2 is promoted");
        await shop.CommandAsync("rollback");
        await shop.UntilAsync(async () => (await shop.ReadyPodsAsync("v1")).Count == 2 && (await shop.ReadyPodsAsync("v2")).Count == 0, "v1 serves again");

        // who no longer routes to subsets needs no DestinationRule: the engine's own goes with the Rollout
        await shop.MergeAsync(ResourceKind.VirtualServices, """{"spec":{"http":[{"name":"primary","route":[{"destination":{"host":"checkout"}}]}]}}""");
        await Api.DeleteAsync(ResourceKind.Rollouts, Namespace, Shop.Name, null, Cancellation);
        await shop.UntilAsync(async () => await Api.FindAsync(ResourceKind.DestinationRules, Namespace, Shop.Name, Cancellation) is null, "the DestinationRule is gone", () => "");
    }

    /// <summary>Puts another route before the managed one, so that this is no longer where the engine saw it.</summary>
    private static Func<Task> VirtualServiceEdit(Shop shop) => () => shop.MergeAsync(
        ResourceKind.VirtualServices, $$$"""{"spec":{"http":[{"name":"legacy","match":[{"uri":{"prefix":"/v0"}}],"redirect":{"uri":"/"}},{{{Primary}}}]}}""");

    private static Func<Task> DestinationRuleEdit(Shop shop) => () => shop.MergeAsync(ResourceKind.DestinationRules, """{"spec":{"host":"checkout"}}""");

    private static void Compress(JsonObject rollout)
    {
        var spec = rollout["spec"]!;
        spec["traffic"]!["istio"]!["propagation"] = "100ms";
        spec["strategy"]!["canary"]!["steps"] = JsonNode.Parse("""[{"setWeight":25},{"analyze":{"atLeast":"2s","atMost":"40s"}},{"setWeight":100},{"analyze":{"atLeast":"1s","atMost":"20s"}}]""");
        spec["analysis"]!["interval"] = "500ms";
        spec["analysis"]!["onInconclusive"] = "Promote";
        spec["analysis"]!["args"] = JsonNode.Parse("""[{"name":"accept-difference","value":"0.03"}]"""); // less to prove of v2, and so sooner done
        spec["progressDeadline"] = "8s";
        spec["scaleDownDelay"] = "500ms";
    }

    private static JsonObject OfTheNamespace(JsonObject template)
    {
        template["kind"] = "AnalysisTemplate";
        template["metadata"]!["namespace"] = Namespace;
        return template;
    }

    private async Task<string> UntilValidIsAsync(string value)
    {
        JsonNode? condition = null;
        await UntilAsync(
            async () => (condition = (await Api.GetAsync(ResourceKind.Rollouts, Namespace, Shop.Name, Cancellation))["status"]?["conditions"]?.AsArray().Single(one => (string?)one!["type"] == "Valid")) is not null
                && (string?)condition["status"] == value,
            $"Valid is not {value}");
        return (string)condition!["message"]!; // waited for
    }

    private async Task<Shop> OpenAsync(ShopManifests manifests) => await Shop.OpenAsync(running, Namespace, manifests);

    private Task UntilGoneAsync() =>
        UntilAsync(async () => await Api.FindAsync(ResourceKind.Rollouts, Namespace, Shop.Name, Cancellation) is null, "the Rollout is not released");

    private async Task ClearAsync()
    {
        foreach (var kind in Kinds)
        {
            foreach (var item in (await Api.ListAsync(kind, Namespace, null, Cancellation)).Items)
            {
                await Api.DeleteAsync(kind, Namespace, (string)item["metadata"]!["name"]!, null, Cancellation);
            }
        }

        await UntilAsync(async () => (await Api.ListAsync(ResourceKind.Pods, Namespace, null, Cancellation)).Items.Count == 0, "the pods do not go");
    }

    private static async Task UntilAsync(Func<Task<bool>> condition, string complaint)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(60), complaint);
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Cancellation);
        }
    }

    /// <summary>Lets somebody write an object right before the engine's own patch of it arrives, once.</summary>
    private sealed class Race
    {
        private readonly Shop _shop;
        private readonly Dictionary<string, Func<Task>> _edits = [];
        private readonly Lock _lock = new();

        public Race(Shop shop)
        {
            _shop = shop;
            shop.Running.Fault(shop.Namespace, MeetAsync);
        }

        public void With(string plural, Func<Task> edit)
        {
            lock (_lock)
            {
                _edits[plural] = edit;
            }
        }

        /// <summary>Ends it, and requires that everything was met.</summary>
        public void End()
        {
            _shop.Running.Fault(_shop.Namespace, null);
            Assert.Empty(_edits.Keys);
        }

        private async Task<bool> MeetAsync(HttpContext http)
        {
            Func<Task>? edit = null;
            lock (_lock)
            {
                if (HttpMethods.IsPatch(http.Request.Method) && http.Request.Path.Value!.Split('/') is [.., var plural, _])
                {
                    _edits.Remove(plural, out edit);
                }
            }

            await (edit?.Invoke() ?? Task.CompletedTask);
            return false; // the engine's own request goes on
        }
    }
}
