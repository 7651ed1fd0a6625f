using System.Globalization;
using System.Text.Json.Nodes;

namespace Canary.Sandbox.Controllers;

/// <summary>Which pod goes first when a ReplicaSet shrinks. Source: kubernetes pkg/controller/controller_utils.go, ActivePodsWithRanks (without its spreading over nodes).</summary>
internal static class PodRanking
{
    public static readonly Comparer<JsonObject> MostDispensableFirst = Comparer<JsonObject>.Create(Compare);

    private static int Compare(JsonObject first, JsonObject second)
    {
        Span<int> differences =
        [
            IsAssigned(first).CompareTo(IsAssigned(second)),
            Phase(first).CompareTo(Phase(second)),
            IsReady(first).CompareTo(IsReady(second)),
            DeletionCost(first).CompareTo(DeletionCost(second)),
            ReadySince(second).CompareTo(ReadySince(first)),
            Restarts(second).CompareTo(Restarts(first)),
            second.CreatedAt().CompareTo(first.CreatedAt()),
            string.CompareOrdinal(second.Name(), first.Name()),
        ];
        foreach (var difference in differences)
        {
            if (difference != 0)
            {
                return difference;
            }
        }

        return 0;
    }

    private static bool IsAssigned(JsonObject pod) => pod.Text("spec", "nodeName") is not null;

    private static int Phase(JsonObject pod) => pod.Text("status", "phase") switch
    {
        "Running" => 2,
        "Unknown" => 1,
        _ => 0,
    };

    private static bool IsReady(JsonObject pod) => pod.Condition("Ready").Text("status") == "True";

    private static DateTimeOffset ReadySince(JsonObject pod) => pod.Condition("Ready").Time("lastTransitionTime") ?? DateTimeOffset.MinValue;

    private static int DeletionCost(JsonObject pod) =>
        int.TryParse(pod.Annotations().GetValueOrDefault("controller.kubernetes.io/pod-deletion-cost"), NumberStyles.Integer, CultureInfo.InvariantCulture, out var cost) ? cost : 0;

    private static int Restarts(JsonObject pod) => pod.Items("status", "containerStatuses").Select(status => status.Whole("restartCount")).DefaultIfEmpty(0).Max();
}
