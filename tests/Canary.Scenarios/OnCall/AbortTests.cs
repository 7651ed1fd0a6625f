using System.Text.Json.Nodes;
using Canary.Kubernetes.Api;
using Canary.Sandbox.Nodes;
using Canary.Scenarios.Support;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Canary.Scenarios.OnCall;

/// <summary>An abort returns all requests within 500 ms, from wherever a rollout stands and whatever is broken.</summary>
public class AbortTests(SharedCluster cluster, ITestOutputHelper output)
{
    private const string AtAQuarter = "[{setWeight: 25}, {pause: {}}]";
    private const string Analysed = "[{setWeight: 25}, {analyze: {atMost: 10m}}]";
    private const string WithTemplate = "templates: [{name: judge}], onNoData: {hold: 10m}";

    // a machine with other work to do may miss the bound for its own reasons, but not three times
    private const int Tries = 3;

    private static readonly TimeSpan Bound = TimeSpan.FromMilliseconds(500);

    [Theory]
    [InlineData("preparing")]
    [InlineData("set-weight")]
    [InlineData("pause-step")]
    [InlineData("analyze")]
    [InlineData("paused-by-command")]
    [InlineData("full-weight")]
    [InlineData("switching-subset")]
    [InlineData("resetting-weights")]
    [InlineData("rolling-back")]
    public Task Abort_InEveryPhase_ReturnsAllRequestsInTime(string phase) => InTimeAsync(phase, (shop, _) => ReachAsync(shop, phase), AbortAsync);

    [Theory]
    [InlineData("metrics-hang")]
    [InlineData("template-gone")]
    [InlineData("spec-invalid")]
    [InlineData("stable-pod-gone")]
    [InlineData("events-hang")]
    [InlineData("events-forbidden")]
    public Task Abort_WhileSomethingIsBroken_ReturnsAllRequestsInTime(string trouble) => InTimeAsync(trouble, (shop, _) => BreakAsync(shop, trouble), AbortAsync);

    [Fact]
    public async Task Abort_ByKubectl_ReturnsAllRequestsInTime()
    {
        Assert.SkipWhen((await cluster.RunAsync()).IsReal, "A real server tells nobody when kubectl's write was done.");
        await InTimeAsync("kubectl", (shop, _) => StartAsync(shop, Shop.StepLabel, "2/4 pause"), shop =>
            new Kubectl(shop.Running.Cluster.Kubeconfig, shop.Namespace).RunAsync("annotate", "rollout", Shop.Name, "canary.dev/command=abort"));
    }

    private static Task AbortAsync(Shop shop) => shop.CommandAsync("abort");

    private async Task InTimeAsync(string name, Func<Shop, string, Task> reach, Func<Shop, Task> abort)
    {
        var took = TimeSpan.MaxValue;
        for (var attempt = 1; attempt <= Tries && took > Bound; attempt++)
        {
            took = await MeasureAsync(name, $"abort-{name}-{attempt}", reach, abort);
            output.WriteLine($"{name}: {took.TotalMilliseconds:0} ms");
        }

        Assert.True(took <= Bound, $"{name}: {took.TotalMilliseconds:0} ms in the last of {Tries} tries");
    }

    private async Task<TimeSpan> MeasureAsync(string name, string ns, Func<Shop, string, Task> reach, Func<Shop, Task> abort)
    {
        var shop = await Shop.OpenAsync(cluster, ns, ManifestsOf(name));
        try
        {
            await reach(shop, name);
            var stable = (string)(await shop.RolloutAsync())["status"]!["stable"]!["revision"]!;
            var before = shop.Running.Journal.In(ns).Count;

            await abort(shop);

            await shop.UntilAsync(async () => (await shop.WeightsAsync()) == (100, 0) && await shop.StableSubsetAsync() == stable, "the traffic is back");
            shop.Running.Fault(ns, null);
            var ended = await shop.UntilAsync(rollout => Shop.Outcome(rollout) is not null && Shop.Phase(rollout) is not "RollingBack", "the abort is recorded");
            var took = Took([.. shop.Running.Journal.In(ns).Skip(before)], stable);
            Assert.Equal(name == "rolling-back" ? "Reverted" : "Aborted", Shop.Outcome(ended));
            Assert.Equal("Accepted", (string?)ended["status"]!["lastCommand"]!["result"]);
            await shop.UntilAsync(async () => (await shop.RolloutAsync())["metadata"]!["annotations"]?["canary.dev/command"] is null, "the command is removed");
            Assert.DoesNotContain(shop.Running.Journal.In(ns).Skip(before), write => write.Sets("/spec/http/0/route/1/weight") is { } weight && (int)weight != 0);
            return took;
        }
        finally
        {
            shop.Running.Fault(ns, null);
            await shop.Api.DeleteAsync(ResourceKind.Rollouts, ns, Shop.Name, null, CancellationToken.None);
        }
    }

    /// <summary>From the answer to the annotation until the last write that traffic needed, or that recorded the command where it needed none.</summary>
    private static TimeSpan Took(List<ApiJournal.Entry> writes, string stable)
    {
        var sent = writes.First(write => write.Done && write.IsOn("rollouts") && write.Request.Body.Contains("canary.dev/command", StringComparison.Ordinal));
        var after = writes.Where(write => write.Done && write.IsEngines && write.At >= sent.At).ToList();
        var back = after.Where(write =>
            (write.IsOn("virtualservices") && write.Sets("/spec/http/0/route/1/weight") is { } weight && (int)weight == 0)
            || (write.IsOn("destinationrules") && (string?)write.Sets("/spec/subsets/0/labels/pod-template-hash") == stable)).ToList();
        var last = back.Count > 0
            ? back.Max(write => write.At)
            : after.First(write => write.IsOn("rollouts", "status") && write.Request.Body.Contains("\"verb\":\"abort\"", StringComparison.Ordinal)).At;
        return TimeProvider.System.GetElapsedTime(sent.At, last);
    }

    private static ShopManifests ManifestsOf(string name) => name switch
    {
        "set-weight" => new("[{setWeight: 10}, {setWeight: 100}, {pause: {}}]") { Replicas = 4 },
        "analyze" or "metrics-hang" or "template-gone" => new(Analysed) { Analysis = WithTemplate },
        "full-weight" => new("[{setWeight: 100}, {pause: {}}]"),
        "switching-subset" or "resetting-weights" => new("[{setWeight: 100}]") { Propagation = 400, Analysis = WithTemplate },
        _ => new(AtAQuarter) { Analysis = WithTemplate },
    };

    private static async Task ReachAsync(Shop shop, string phase)
    {
        switch (phase)
        {
            case "preparing":
                await shop.SetImageAsync("v2-unready");
                await shop.UntilAsync(async () => Shop.Stage(await shop.RolloutAsync()) == "Preparing" && (await shop.ListAsync(ResourceKind.Pods)).Count > 2, "a candidate pod is there");
                break;
            case "set-weight":
                await StartAsync(shop, rollout => (Shop.Weight(rollout) == 10).ToString(), "True", () => shop.Running.Fault(shop.Namespace, RefuseLaterPods()));
                await shop.UntilAsync(rollout => Shop.StepLabel(rollout) == "2/3 setWeight", "the second weight waits for pods");
                break;
            case "pause-step":
                await StartAsync(shop, Shop.StepLabel, "2/4 pause");
                break;
            case "analyze":
                await StartAsync(shop, Shop.StepLabel, "2/4 analyze");
                break;
            case "paused-by-command":
                await StartAsync(shop, Shop.StepLabel, "2/4 pause");
                await shop.CommandAsync("pause");
                await shop.UntilAsync(rollout => (string?)rollout["status"]!["lastCommand"]?["verb"] == "pause" && rollout["metadata"]!["annotations"]?["canary.dev/command"] is null, "it is paused");
                break;
            case "full-weight":
                await StartAsync(shop, rollout => Shop.Weight(rollout).ToString(System.Globalization.CultureInfo.InvariantCulture), "100");
                break;
            case "switching-subset" or "resetting-weights":
                await StartAsync(shop, Shop.Stage, phase == "switching-subset" ? "SwitchingSubset" : "ResettingWeights");
                break;
            case "rolling-back":
                await StartAsync(shop, Shop.StepLabel, "2/4 pause");
                await UnreadyAsync(shop, "v1");
                await shop.SetImageAsync("v1");
                await shop.UntilAsync(rollout => Shop.Phase(rollout) == "RollingBack", "it waits for a stable pod");
                break;
        }
    }

    private static async Task BreakAsync(Shop shop, string trouble)
    {
        await StartAsync(shop, Shop.Weight, 25, trouble switch
        {
            "events-hang" => () => shop.Running.Fault(shop.Namespace, HangEventsAsync),
            "events-forbidden" => () => shop.Running.Fault(shop.Namespace, ForbidEventsAsync),
            _ => null,
        });
        switch (trouble)
        {
            case "metrics-hang":
                foreach (var workload in await shop.WorkloadsAsync())
                {
                    workload.Metrics = MetricsHealth.Hangs;
                }

                await shop.UntilAsync(rollout => (string?)rollout["status"]!["verdict"]?["state"] == "Unknown" && ((string)rollout["status"]!["verdict"]!["reason"]!).Contains("0.4 s", StringComparison.Ordinal), "the hanging metrics are noticed");
                break;
            case "template-gone":
                await shop.Api.DeleteAsync(ResourceKind.AnalysisTemplates, shop.Namespace, "judge", null, TestContext.Current.CancellationToken);
                await shop.UntilAsync(IsInvalid, "the missing template is told");
                break;
            case "spec-invalid":
                await shop.MergeAsync(ResourceKind.Rollouts, """{"spec":{"strategy":{"canary":{"steps":[{"setWeight":50},{"setWeight":20}]}}}}""");
                await shop.UntilAsync(IsInvalid, "the wrong spec is told");
                break;
            case "stable-pod-gone":
                var pod = (await shop.ReadyPodsAsync("v1"))[0];
                shop.Running.Fault(shop.Namespace, http => RefuseAsync(http, "pods"));
                await shop.Api.DeleteAsync(ResourceKind.Pods, shop.Namespace, pod, null, TestContext.Current.CancellationToken);
                await shop.UntilAsync(async () => (await shop.ReadyPodsAsync("v1")).Count == 1, "the pod is gone");
                break;
        }
    }

    private static bool IsInvalid(JsonObject rollout) => rollout["status"]!["conditions"]!.AsArray().Any(condition => (string)condition!["type"]! == "Valid" && (string)condition["status"]! == "False");

    private static async Task StartAsync<T>(Shop shop, Func<JsonObject, T> state, T wanted, Action? before = null)
    {
        before?.Invoke();
        await shop.SetImageAsync("v2");
        await shop.UntilAsync(rollout => EqualityComparer<T>.Default.Equals(state(rollout), wanted) && rollout["status"]!["engine"]!["traffic"]!["settledAt"] is not null, $"{wanted}");
    }

    /// <summary>Writes into the pods' status that they are not ready, as a kubelet would.</summary>
    private static async Task UnreadyAsync(Shop shop, string tag)
    {
        foreach (var name in await shop.ReadyPodsAsync(tag))
        {
            var pod = await shop.Api.GetAsync(ResourceKind.Pods, shop.Namespace, name, TestContext.Current.CancellationToken);
            var status = pod["status"]!.DeepClone();
            foreach (var condition in status["conditions"]!.AsArray().Where(condition => (string)condition!["type"]! is "Ready" or "ContainersReady"))
            {
                condition!["status"] = "False";
            }

            await shop.Api.PatchAsync(ResourceKind.Pods, shop.Namespace, name, PatchKind.MergePatch, new JsonObject { ["status"] = status }, "status", TestContext.Current.CancellationToken);
        }

        await shop.UntilAsync(async () => (await shop.ListAsync(ResourceKind.ReplicaSets)).Any(set => (int?)set["status"]?["readyReplicas"] is null or 0), "no stable pod is ready");
    }

    private static Func<HttpContext, Task<bool>> RefuseLaterPods()
    {
        var created = 0;
        return http => http.Request.Method == "POST" && http.Request.Path.Value!.EndsWith("/pods", StringComparison.Ordinal) && Interlocked.Increment(ref created) > 1
            ? RefuseAsync(http, "pods")
            : Task.FromResult(false);
    }

    private static async Task<bool> RefuseAsync(HttpContext http, string plural)
    {
        if (http.Request.Method != "POST" || !http.Request.Path.Value!.EndsWith($"/{plural}", StringComparison.Ordinal))
        {
            return false;
        }

        http.Response.StatusCode = StatusCodes.Status403Forbidden;
        await http.Response.WriteAsJsonAsync(new { kind = "Status", apiVersion = "v1", status = "Failure", reason = "Forbidden", message = "exceeded quota: pods", code = 403 });
        return true;
    }

    private static bool IsNewEvent(HttpContext http) => http.Request.Method == "POST" && http.Request.Path.Value!.EndsWith("/events", StringComparison.Ordinal);

    private static async Task<bool> ForbidEventsAsync(HttpContext http)
    {
        if (!IsNewEvent(http))
        {
            return false;
        }

        http.Response.StatusCode = StatusCodes.Status403Forbidden;
        await http.Response.WriteAsync($$"""{"kind":"Status","code":403,"reason":"Forbidden","message":"events is forbidden: User \"engine\" cannot create resource \"events\" in API group \"\" at the cluster scope"}""", http.RequestAborted);
        return true;
    }

    private static async Task<bool> HangEventsAsync(HttpContext http)
    {
        if (!IsNewEvent(http))
        {
            return false;
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return true;
    }
}
