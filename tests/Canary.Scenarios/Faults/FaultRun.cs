using System.Text.Json.Nodes;
using Canary.Kubernetes.Api;
using Canary.Sandbox.Controllers;
using Canary.Scenarios.Crash;
using Canary.Testing.Faults;
using ResourceKind = Canary.Kubernetes.Api.ResourceKind;

namespace Canary.Scenarios.Faults;

/// <summary>One story in a namespace of its own, told to an engine that sees the API server through a faulty network; people see it as it is.</summary>
internal sealed class FaultRun : IAsyncDisposable
{
    /// <summary>Waits that are minutes by default, because clusters are patient, in times that a test can spend.</summary>
    private static readonly string[] Haste =
    [
        "--Kubernetes:Api:AttemptTimeout=00:00:01",
        "--Kubernetes:Api:TotalTimeout=00:00:03",
        "--Kubernetes:Api:ListTimeout=00:00:02",
        "--Kubernetes:Api:WatchResponseTimeout=00:00:01",
        "--Kubernetes:Watching:WatchTimeout=00:00:02",
        "--Kubernetes:Watching:WatchGrace=00:00:01",
        "--Kubernetes:Watching:MaxBackoff=00:00:01",
        "--Kubernetes:Watching:RelistInterval=00:00:03",
        "--Engine:EffectTimeout=00:00:03",
    ];

    private readonly FaultProxy? _proxy;
    private readonly CancellationToken _cancellation;
    private CrashEngine? _engine;

    private FaultRun(CrashCluster cluster, Journal journal, FaultProxy? proxy, CancellationToken cancellation)
    {
        Cluster = cluster;
        Journal = journal;
        _proxy = proxy;
        _cancellation = cancellation;
    }

    public CrashCluster Cluster { get; }

    public Journal Journal { get; }

    public KubernetesApi Person => Cluster.Sandbox.Api;

    /// <summary>Whether the replicas were changed.</summary>
    public bool Resized { get; set; }

    public JsonObject? Rollout => Journal.Find("Rollout", Shop.Name);

    public string Phase => Rollout.Text("status", "phase") ?? "";

    public string Stage => Rollout.Text("status", "engine", "journey", "stage") ?? "";

    public string StepLabel => Rollout.Text("status", "stepLabel") ?? "";

    public string? Outcome => Rollout.Items("status", "history").FirstOrDefault().Text("outcome");

    /// <summary>Creates the objects, starts the engine, and waits until it has taken the Deployment over.</summary>
    /// <param name="cluster">Where.</param>
    /// <param name="name">The story.</param>
    /// <param name="paused">Whether the plan pauses at each weight instead of judging.</param>
    /// <param name="plan">The faults of the API; null for none.</param>
    /// <param name="seat">What else the engine has.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <param name="change">Changes the spec of the Rollout; null leaves it.</param>
    public static async Task<FaultRun> StartAsync(
        CrashCluster cluster, string name, bool paused, FaultPlan? plan, EngineSeat seat, CancellationToken cancellation, Action<JsonNode>? change = null)
    {
        var journal = cluster.NewNamespace($"fault-{name}");
        var proxy = plan is null ? null : await FaultProxy.StartAsync(cluster.NewUpstream(), plan, TimeProvider.System, cancellation);
        var run = new FaultRun(cluster, journal, proxy, cancellation);
        try
        {
            var objects = Shop.Objects(journal.Namespace);

            // as by default, pods drain longer than a write may be under way
            var spec = objects.Single(item => item.Text("kind") == "Rollout")["spec"]!;
            spec["scaleDownDelay"] = "2s";
            if (paused)
            {
                Pause(spec);
            }

            change?.Invoke(spec);
            await cluster.Sandbox.ApplyAsync(objects, cancellation);
            var arguments = (string[])[.. Haste, .. seat.Arguments];
            run._engine = await CrashEngine.StartAsync(cluster, journal, new KillSwitch(0, Moment.Before), cancellation, seat.Lease is { } lease ? [$"--Kubernetes:LeaseNamespace={journal.Namespace}", .. lease] : null, seat: seat with { Server = proxy?.Address, Arguments = arguments });
            await run.UntilAsync(() => Shop.IsTakenOver(journal));
            return run;
        }
        catch
        {
            await run.DisposeAsync();
            throw;
        }
    }

    public Task UntilAsync(Func<bool> condition) => JournalWaits.UntilAsync(Journal, condition, _cancellation);

    public Task SettleAsync() => JournalWaits.SettleAsync(Journal, _cancellation);

    public Task UntilAtAsync(string step) => UntilAsync(() => StepLabel == step && Rollout.Text("status", "engine", "traffic", "settledAt") is not null);

    public Task SetImageAsync(string tag) => Shop.SetImageAsync(Person, Journal.Namespace, $"shop/checkout:{tag}", _cancellation);

    public Task CommandAsync(string verb) => MergeAsync(
        ResourceKind.Rollouts, new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["canary.dev/command"] = verb } } });

    /// <summary>Gives a command and waits until it was taken up; a command that nobody saw stays where it is.</summary>
    public async Task ObeyedAsync(string verb)
    {
        await CommandAsync(verb);
        await UntilAsync(() => !Rollout.Annotations().ContainsKey("canary.dev/command"));
    }

    public Task ScaleAsync(int replicas)
    {
        Resized = true;
        return MergeAsync(ResourceKind.Deployments, new JsonObject { ["spec"] = new JsonObject { ["replicas"] = replicas } });
    }

    public Task MergeAsync(ResourceKind kind, JsonObject patch) => Person.PatchAsync(kind, Journal.Namespace, Shop.Name, PatchKind.MergePatch, patch, null, _cancellation);

    public Task CreateAsync(ResourceKind kind, string spec) => Person.CreateAsync(
        kind,
        Journal.Namespace,
        new JsonObject { ["apiVersion"] = kind.ApiVersion, ["kind"] = kind.Kind, ["metadata"] = new JsonObject { ["name"] = Shop.Name }, ["spec"] = JsonNode.Parse(spec) },
        _cancellation);

    /// <summary>What keeps the story from having ended as it should; empty when it has.</summary>
    public IReadOnlyList<string> Unlike(string phase, string tag, int replicas)
    {
        var stable = Rollout.Text("status", "stable", "revision");
        var rule = Journal.Find("DestinationRule", Shop.Name);
        var pods = Journal.All("Pod");
        List<(bool Holds, string Otherwise)> wanted =
        [
            (Phase == phase, $"the phase is {Phase}, not {phase}: {Rollout.Text("status", "message")}"),
            (Rollout.Text("status", "stable", "image") == $"shop/checkout:{tag}", $"stable is {Rollout.Text("status", "stable", "image")}, not {tag}"),
            (Rollout?["status"]?["engine"]?["journey"] is null, "a journey is under way"),
            (Shop.WeightOf(Journal.Find("VirtualService", Shop.Name)) == 0, "the candidate has weight"),
            (Shop.WeightOf(Journal.Find("VirtualService", Shop.Name), "stable") == 100, "stable has not all of the weight"),
            (rule is not null && Shop.SubsetOf(rule, "stable") == stable && Shop.SubsetOf(rule, "canary") == stable, "a subset does not select the stable revision"),
            (pods.Count == replicas && pods.All(pod => Shop.IsReady(pod) && pod.Labels().GetValueOrDefault("pod-template-hash") == stable), $"there are not just {replicas} ready pods of the stable revision"),
            (Journal.Find("Deployment", Shop.Name).Flag("spec", "paused"), "the Deployment is not paused"),
            (Journal.Find("Deployment", Shop.Name).Text("spec", "strategy", "rollingUpdate", "maxSurge") != "100%", "the surge is wide"),
            (!Rollout.Annotations().ContainsKey("canary.dev/command"), "a command is left"),
        ];
        return [.. wanted.Where(entry => !entry.Holds).Select(entry => entry.Otherwise)];
    }

    public async ValueTask DisposeAsync()
    {
        if (_engine is { } engine)
        {
            await engine.DisposeAsync();
        }

        if (_proxy is { } proxy)
        {
            await proxy.DisposeAsync();
        }

        Cluster.Forget(Journal);
    }

    private static void Pause(JsonNode spec)
    {
        spec.AsObject().Remove("analysis");
        spec["rollback"] = new JsonObject { ["revertTemplate"] = false };
        Steps(spec, "pause", "{}");
    }

    /// <summary>Puts a step after each weight of the plan.</summary>
    public static void Steps(JsonNode spec, string step, string value) => spec["strategy"] = new JsonObject
    {
        ["canary"] = new JsonObject
        {
            ["steps"] = new JsonArray([.. Shop.Weights.SelectMany(weight => new[] { new JsonObject { ["setWeight"] = weight }, new JsonObject { [step] = JsonNode.Parse(value) } })]),
        },
    };
}
