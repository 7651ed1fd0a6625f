using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>Events live in core/v1 form; <c>events.k8s.io</c> shows the same objects under other names.</summary>
internal static class EventConversion
{
    private static readonly (string Core, string Events)[] Renamed =
    [
        ("involvedObject", "regarding"), ("message", "note"), ("reportingComponent", "reportingController"),
        ("source", "deprecatedSource"), ("firstTimestamp", "deprecatedFirstTimestamp"),
        ("lastTimestamp", "deprecatedLastTimestamp"), ("count", "deprecatedCount"),
    ];

    public static JsonObject FromCore(JsonObject core, string apiVersion)
    {
        foreach (var (from, to) in Renamed)
        {
            Rename(core, from, to);
        }

        core["apiVersion"] = apiVersion;
        return core;
    }

    public static JsonObject ToCore(JsonObject viewed)
    {
        foreach (var (to, from) in Renamed)
        {
            Rename(viewed, from, to);
        }

        viewed["apiVersion"] = "v1";
        return viewed;
    }

    private static void Rename(JsonObject node, string from, string to)
    {
        if (node.TryGetPropertyValue(from, out var value))
        {
            node.Remove(from);
            node[to] = value;
        }
    }
}
