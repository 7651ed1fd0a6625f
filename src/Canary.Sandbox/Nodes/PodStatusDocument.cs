using System.Text.Json.Nodes;
using Canary.Sandbox.Controllers;

namespace Canary.Sandbox.Nodes;

/// <summary>The status that a kubelet would write, as the body of a merge patch. Pure.</summary>
internal static class PodStatusDocument
{
    /// <summary>One container's state in a pod's status.</summary>
    /// <param name="State">"running", "waiting" or "terminated", with its fields.</param>
    /// <param name="Ready">Whether it is ready.</param>
    /// <param name="Restarts">How often it was started again, a count.</param>
    /// <param name="LastState">How it ended last time, or null.</param>
    internal sealed record Container(JsonObject State, bool Ready, int Restarts = 0, JsonObject? LastState = null);

    public static Container Running(DateTimeOffset since, bool ready) =>
        new(new JsonObject { ["running"] = new JsonObject { ["startedAt"] = since.ToKubernetesTime() } }, ready);

    public static Container Waiting(string reason, string message, int restarts = 0, JsonObject? lastState = null) =>
        new(new JsonObject { ["waiting"] = new JsonObject { ["reason"] = reason, ["message"] = message } }, false, restarts, lastState);

    public static JsonObject Exited(DateTimeOffset startedAt, DateTimeOffset finishedAt, string message) => new()
    {
        ["terminated"] = new JsonObject
        {
            ["exitCode"] = 1,
            ["reason"] = "Error",
            ["message"] = message,
            ["startedAt"] = startedAt.ToKubernetesTime(),
            ["finishedAt"] = finishedAt.ToKubernetesTime(),
        },
    };

    /// <summary>The whole status. Conditions keep their time of transition while their status stays.</summary>
    /// <param name="pod">The pod as last known; its conditions are read.</param>
    /// <param name="phase">Pending or Running.</param>
    /// <param name="address">The pod's address, or null before it has one.</param>
    /// <param name="container">The state of every container; the sandbox does not tell them apart.</param>
    /// <param name="startedAt">When the node took the pod.</param>
    /// <param name="now">The time of this status.</param>
    public static JsonObject Build(JsonObject pod, string phase, string? address, Container container, DateTimeOffset startedAt, DateTimeOffset now)
    {
        var names = string.Join(' ', pod.Items("spec", "containers").Select(item => item.Text("name")));
        var notReady = $"containers with unready status: [{names}]";
        var status = new JsonObject
        {
            ["phase"] = phase,
            ["hostIP"] = "127.0.0.1",
            ["startTime"] = startedAt.ToKubernetesTime(),
            ["qosClass"] = pod.Text("status", "qosClass") ?? "BestEffort",
            ["conditions"] = new JsonArray(
                Condition("Initialized", true, null),
                Condition("Ready", container.Ready, notReady),
                Condition("ContainersReady", container.Ready, notReady),
                Condition("PodScheduled", true, null)),
            ["containerStatuses"] = new JsonArray([.. pod.Items("spec", "containers").Select(item => Describe(pod, item, container))]),
        };
        if (address is not null)
        {
            status["podIP"] = address;
            status["podIPs"] = new JsonArray(new JsonObject { ["ip"] = address });
        }

        return new JsonObject { ["status"] = status };

        JsonObject Condition(string type, bool holds, string? otherwise)
        {
            var value = holds ? "True" : "False";
            var before = pod.Condition(type);
            var condition = new JsonObject
            {
                ["type"] = type,
                ["status"] = value,
                ["lastTransitionTime"] = before.Text("status") == value ? before.Text("lastTransitionTime") : now.ToKubernetesTime(),
            };
            if (!holds && otherwise is not null)
            {
                condition["reason"] = "ContainersNotReady";
                condition["message"] = otherwise;
            }

            return condition;
        }
    }

    private static JsonObject Describe(JsonObject pod, JsonObject container, Container state)
    {
        var started = state.State.ContainsKey("running");
        var described = new JsonObject
        {
            ["name"] = container.Text("name"),
            ["image"] = container.Text("image"),
            ["imageID"] = started ? $"sandbox://{container.Text("image")}" : "",
            ["ready"] = state.Ready,
            ["started"] = started,
            ["restartCount"] = state.Restarts,
            ["state"] = state.State.DeepClone(),
            ["lastState"] = state.LastState?.DeepClone() ?? new JsonObject(),
        };
        if (started)
        {
            described["containerID"] = $"sandbox://{pod.Uid()}/{container.Text("name")}";
        }

        return described;
    }
}
