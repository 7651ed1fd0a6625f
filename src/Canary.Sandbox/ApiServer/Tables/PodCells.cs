using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>What <c>kubectl get pods</c> says of a pod.</summary>
internal static class PodCells
{
    public static string Ready(JsonObject pod)
    {
        var statuses = pod.Items("status", "containerStatuses");
        return $"{statuses?.Count(status => status.Flag("ready")) ?? 0}/{pod.Items("spec", "containers")?.Count ?? 0}";
    }

    public static long Restarts(JsonObject pod) => pod.Items("status", "containerStatuses")?.Sum(status => status.Whole("restartCount") ?? 0) ?? 0;

    public static string Status(JsonObject pod)
    {
        if (pod.At("metadata", "deletionTimestamp") is not null)
        {
            return "Terminating";
        }

        foreach (var state in pod.Items("status", "containerStatuses")?.Select(status => status.Fields("state")) ?? [])
        {
            if (state.Text("waiting", "reason") is { } waiting)
            {
                return waiting;
            }

            if (state.Text("terminated", "reason") is { } terminated)
            {
                return terminated;
            }
        }

        return pod.Text("status", "reason") ?? pod.Text("status", "phase") ?? "Unknown";
    }
}
