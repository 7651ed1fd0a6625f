using System.Text.Json.Nodes;
using Canary.Kubernetes.Api;
using Canary.Sandbox.Controllers;
using Canary.Scenarios.Crash;
using ResourceKind = Canary.Kubernetes.Api.ResourceKind;

namespace Canary.Scenarios.Faults;

/// <summary>One scenario, and how it has to end whatever the network does.</summary>
/// <param name="Name">Its name, part of a namespace's.</param>
/// <param name="TellAsync">What people and other programs do, with the waits between.</param>
/// <param name="Unlike">What keeps it from having ended as it should; empty when it has.</param>
internal sealed record FaultStory(string Name, Func<FaultRun, Task> TellAsync, Func<FaultRun, IReadOnlyList<string>> Unlike)
{
    private const string AtFirst = "2/6 pause";
    private const string AtHalf = "4/6 pause";
    private const string AtAll = "6/6 pause";

    private static readonly ResourceKind Autoscalers = new("autoscaling", "v1", "horizontalpodautoscalers", "HorizontalPodAutoscaler", true);
    private static readonly ResourceKind Namespaces = new("", "v1", "namespaces", "Namespace", false);

    /// <summary>Whether the plan pauses at each weight instead of judging.</summary>
    public bool Paused { get; init; } = true;

    /// <summary>The share of the candidate's requests that fail.</summary>
    public double Errors { get; init; } = 0.01;

    /// <summary>Whether everything goes in the end, so that there is nothing whose invariants could hold.</summary>
    public bool Ends { get; init; }

    /// <summary>Whether it needs what only a real control plane does.</summary>
    public bool RealOnly { get; init; }

    public static readonly IReadOnlyList<FaultStory> All =
    [
        new("promote", run => run.SetImageAsync("v2"), run => run.Unlike("Healthy", "v2", 2)) { Paused = false },
        new("rollback", run => run.SetImageAsync("v2"), run => [.. run.Unlike("Degraded", "v1", 2), .. Ended(run, "RolledBack")]) { Paused = false, Errors = 0.25 },
        new("supersede", SupersedeAsync, run => run.Unlike("Healthy", "v3", 2)),
        new("abort-preparing", run => AbortAsync(run, "", 0), run => run.Unlike(run.Outcome is "Aborted" ? "Degraded" : "Healthy", "v1", 2)),
        new("abort-first", run => AbortAsync(run, AtFirst, 0), run => [.. run.Unlike("Degraded", "v1", 2), .. Ended(run, "Aborted")]),
        new("abort-half", run => AbortAsync(run, AtHalf, 1), run => [.. run.Unlike("Degraded", "v1", 2), .. Ended(run, "Aborted")]),
        new("abort-bake", run => AbortAsync(run, AtAll, 2), run => [.. run.Unlike("Degraded", "v1", 2), .. Ended(run, "Aborted")]),
        new("abort-late", AbortLateAsync, EitherWay),
        new("back", BackAsync, run => run.Unlike("Healthy", "v1", 2)),
        new("undo", UndoAsync, run => run.Unlike("Healthy", "v1", 2)),
        new("revert", RevertAsync, run => [.. run.Unlike("Healthy", "v1", 2), .. Ended(run, "Reverted")]),
        new("replicas", ReplicasAsync, run => run.Unlike("Healthy", "v2", 3)),
        new("autoscaler", AutoscalerAsync, run => run.Unlike("Healthy", "v2", 5)) { RealOnly = true },
        new("budget", BudgetAsync, run => run.Unlike("Healthy", "v2", 2)) { RealOnly = true },
        new("gitops", GitOpsAsync, run => run.Unlike("Healthy", "v2", 2)),
        new("release", ReleaseAsync, Released),
        new("doomed", DoomAsync, Doomed) { Ends = true, RealOnly = true },
    ];

    private static async Task SupersedeAsync(FaultRun run)
    {
        await run.SetImageAsync("v2");
        await run.UntilAtAsync(AtFirst);
        await run.SetImageAsync("v3");
        await run.UntilAsync(() => run.Rollout.Text("status", "candidate", "image") == "shop/checkout:v3" && run.StepLabel == AtFirst);
        await run.ObeyedAsync("promote");
    }

    /// <summary>Goes to a step by resuming so often, and aborts there.</summary>
    private static async Task AbortAsync(FaultRun run, string step, int resumes)
    {
        await run.SetImageAsync("v2");
        if (step.Length > 0)
        {
            await ClimbAsync(run, resumes);
        }
        else
        {
            await run.UntilAsync(() => run.Stage == "Preparing");
        }

        await run.ObeyedAsync("abort");
    }

    private static async Task ClimbAsync(FaultRun run, int resumes)
    {
        string[] steps = [AtFirst, AtHalf, AtAll];
        await run.UntilAtAsync(steps[0]);
        foreach (var step in steps.Skip(1).Take(resumes))
        {
            await run.ObeyedAsync("resume");
            await run.UntilAtAsync(step);
        }
    }

    private static async Task AbortLateAsync(FaultRun run)
    {
        await run.SetImageAsync("v2");
        await ClimbAsync(run, 2);
        await run.CommandAsync("promote");
        await run.UntilAsync(() => run.Stage is "SwitchingSubset" or "ResettingWeights" or "HandingOver" || run.Outcome is not null);
        await run.ObeyedAsync("abort");
    }

    /// <summary>Until the hand-over is sent an abort is obeyed, and refused from there on.</summary>
    private static IReadOnlyList<string> EitherWay(FaultRun run) => run.Outcome == "Promoted" ? run.Unlike("Healthy", "v2", 2) : run.Unlike("Degraded", "v1", 2);

    private static async Task PromotedAsync(FaultRun run, string tag)
    {
        await run.SetImageAsync(tag);
        await run.UntilAtAsync(AtFirst);
        await run.ObeyedAsync("promote");
        await run.UntilAsync(() => run.Unlike("Healthy", tag, 2).Count == 0);
    }

    private static async Task BackAsync(FaultRun run)
    {
        await PromotedAsync(run, "v2");
        await run.ObeyedAsync("rollback");
        await run.UntilAsync(() => run.Rollout.Items("status", "history").Count() > 1);
    }

    private static async Task UndoAsync(FaultRun run)
    {
        await PromotedAsync(run, "v2");
        await PromotedAsync(run, "v1");
    }

    private static async Task RevertAsync(FaultRun run)
    {
        await run.SetImageAsync("v2");
        await ClimbAsync(run, 1);
        await run.SetImageAsync("v1");
    }

    private static async Task ReplicasAsync(FaultRun run)
    {
        await run.SetImageAsync("v2");
        await run.ScaleAsync(4);
        await run.UntilAtAsync(AtFirst);
        await run.ScaleAsync(2);
        await run.ObeyedAsync("resume");
        await run.ScaleAsync(4);
        await run.UntilAtAsync(AtHalf);
        await run.CommandAsync("promote");
        await run.ScaleAsync(3);
    }

    private static async Task AutoscalerAsync(FaultRun run)
    {
        run.Resized = true;
        await run.CreateAsync(Autoscalers, """{"minReplicas":2,"maxReplicas":9,"targetCPUUtilizationPercentage":50,"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"checkout"}}""");
        await run.SetImageAsync("v2");
        await run.UntilAtAsync(AtFirst);
        await run.MergeAsync(Autoscalers, new JsonObject { ["spec"] = new JsonObject { ["minReplicas"] = 4 } });
        await run.ObeyedAsync("resume");
        await run.UntilAtAsync(AtHalf);
        await run.CommandAsync("promote");
        await run.MergeAsync(Autoscalers, new JsonObject { ["spec"] = new JsonObject { ["minReplicas"] = 5 } });
    }

    private static async Task BudgetAsync(FaultRun run)
    {
        var version = Testing.ControlPlanes.ControlPlanePrograms.Minor < 21 ? "v1beta1" : "v1";
        await run.CreateAsync(new("policy", version, "poddisruptionbudgets", "PodDisruptionBudget", true), """{"maxUnavailable":0,"selector":{"matchLabels":{"app":"checkout"}}}""");
        await run.SetImageAsync("v2");
        await ClimbAsync(run, 2);
        await run.ObeyedAsync("resume");
    }

    /// <summary>A GitOps tool puts back what it has in Git, weights included.</summary>
    private static async Task GitOpsAsync(FaultRun run)
    {
        await run.SetImageAsync("v2");
        await ClimbAsync(run, 1);
        var inGit = Shop.Objects(run.Journal.Namespace);
        await run.MergeAsync(ResourceKind.VirtualServices, new JsonObject { ["spec"] = inGit.Single(item => item.Text("kind") == "VirtualService")["spec"]!.DeepClone() });
        await run.MergeAsync(ResourceKind.Deployments, new JsonObject { ["spec"] = new JsonObject { ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = "checkout" } } } });
        await run.UntilAsync(() => Shop.WeightOf(run.Journal.Find("VirtualService", Shop.Name)) == 50);
        await run.ObeyedAsync("promote");
    }

    private static async Task ReleaseAsync(FaultRun run)
    {
        await run.SetImageAsync("v2");
        await ClimbAsync(run, 1);
        await run.Person.DeleteAsync(ResourceKind.Rollouts, run.Journal.Namespace, Shop.Name, null, CancellationToken.None);
    }

    private static List<string> Released(FaultRun run)
    {
        var found = Shop.Objects(run.Journal.Namespace);
        var deployment = run.Journal.Find("Deployment", Shop.Name);
        var pods = run.Journal.All("Pod");
        List<(bool Holds, string Otherwise)> wanted =
        [
            (run.Rollout is null, $"the Rollout is there: {run.Rollout.Text("status", "message")}"),
            (JsonNode.DeepEquals(run.Journal.Find("VirtualService", Shop.Name)?["spec"], found.Single(item => item.Text("kind") == "VirtualService")["spec"]), "the VirtualService is not as it was found"),
            (JsonNode.DeepEquals(run.Journal.Find("DestinationRule", Shop.Name)?["spec"], found.Single(item => item.Text("kind") == "DestinationRule")["spec"]), "the DestinationRule is not as it was found"),
            (!deployment.Flag("spec", "paused"), "the Deployment is paused"),
            (deployment.Items("spec", "template", "spec", "containers").First().Text("image") == "shop/checkout:v1", "the template is not the stable one"),
            (pods.Count == 2 && pods.All(Shop.IsReady) && pods.All(pod => pod.Items("spec", "containers").First().Text("image") == "shop/checkout:v1"), "there are not just two ready pods of v1"),
        ];
        return [.. wanted.Where(entry => !entry.Holds).Select(entry => entry.Otherwise)];
    }

    private static async Task DoomAsync(FaultRun run)
    {
        await run.SetImageAsync("v2");
        await run.UntilAtAsync(AtFirst);
        await run.Person.DeleteAsync(Namespaces, null, run.Journal.Namespace, null, CancellationToken.None);
    }

    private static List<string> Doomed(FaultRun run) =>
        [.. new[] { "Rollout", "Deployment", "ReplicaSet", "Pod", "VirtualService" }.Where(kind => run.Journal.All(kind).Count > 0).Select(kind => $"there is still a {kind}")];

    private static IEnumerable<string> Ended(FaultRun run, string outcome) => run.Outcome == outcome ? [] : [$"it ended as {run.Outcome}, not {outcome}"];
}
