using System.Text.Json;
using System.Text.Json.Nodes;
using Canary.Core;

namespace Canary.Kubernetes.Traffic;

/// <summary>How the managed fields were found: enough to put back exactly these, without the spec, however lists were reordered since. Immutable.</summary>
/// <param name="Arms">The destinations.</param>
/// <param name="Routes">The weights, in the order they were found.</param>
/// <param name="DestinationRule">The DestinationRule's name.</param>
/// <param name="RuleIsOurs">Whether the DestinationRule did not exist, so that it is ours.</param>
/// <param name="Stable">The stable subset.</param>
/// <param name="Candidate">The candidate subset.</param>
internal sealed record TrafficSnapshot(
    IstioArms Arms, ValueList<RouteRecord> Routes, string DestinationRule, bool RuleIsOurs, SubsetRecord Stable, SubsetRecord Candidate)
{
    private const int Format = 1;

    /// <summary>The baseline's subset; as one that did not exist when none was managed.</summary>
    public SubsetRecord Baseline { get; init; } = new(false, false, null);

    /// <summary>Writes the snapshot; equal snapshots give equal text.</summary>
    public string Write()
    {
        var routes = new JsonArray();
        foreach (var route in Routes)
        {
            var written = new JsonObject
            {
                ["virtualService"] = route.VirtualService,
                ["list"] = RoutePlace.ListOf(route.Protocol),
                ["route"] = route.Identity,
                ["stable"] = route.Stable,
                ["candidate"] = route.Candidate,
            };
            if (Arms.BaselineSubset is not null)
            {
                written["baseline"] = route.Baseline;
            }

            routes.Add((JsonNode)written);
        }

        var root = new JsonObject
        {
            ["format"] = Format,
            ["namespace"] = Arms.Namespace,
            ["service"] = Arms.Service,
            ["clusterDomain"] = Arms.ClusterDomain,
            ["routes"] = routes,
            ["destinationRule"] = new JsonObject { ["name"] = DestinationRule, ["created"] = RuleIsOurs },
            ["stable"] = Subset(Arms.StableSubset, Stable),
            ["candidate"] = Subset(Arms.CandidateSubset, Candidate),
        };
        if (Arms.BaselineSubset is { } baseline)
        {
            root["baseline"] = Subset(baseline, Baseline);
        }

        return root.ToJsonString();
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="FormatException">It is something else.</exception>
    public static TrafficSnapshot Read(string text)
    {
        try
        {
            var root = JsonNode.Parse(text);
            if (root.Field("format").Integer() is not Format)
            {
                throw new FormatException($"the traffic snapshot has format {root.Field("format")?.ToJsonString() ?? "(none)"}; this version of the engine "
                    + $"reads format {Format}");
            }

            var arms = new IstioArms(
                Required(root, "namespace"),
                Required(root, "service"),
                Required(root.Field("stable"), "name"),
                Required(root.Field("candidate"), "name"),
                Required(root, "clusterDomain"))
            {
                BaselineSubset = root.Field("baseline").Field("name").Text(),
            };
            var routes = root.Field("routes").Objects().Select(route => new RouteRecord(
                Required(route.Item, "virtualService"),
                Required(route.Item, "list") switch { "http" => RouteProtocol.Http, "tls" => RouteProtocol.Tls, _ => RouteProtocol.Tcp },
                route.Item.Field("route").Text() ?? "",
                (int?)route.Item.Field("stable").Integer(),
                (int?)route.Item.Field("candidate").Integer())
            {
                Baseline = (int?)route.Item.Field("baseline").Integer(),
            });
            var rule = root.Field("destinationRule");
            return new TrafficSnapshot(
                arms,
                routes.ToValueList(),
                Required(rule, "name"), IsTrue(rule.Field("created")), Subset(root.Field("stable")), Subset(root.Field("candidate")))
            {
                Baseline = Subset(root.Field("baseline")),
            };
        }
        catch (JsonException exception)
        {
            throw new FormatException($"the traffic snapshot is not JSON: {exception.Message}", exception);
        }
    }

    private static JsonObject Subset(string name, SubsetRecord subset) =>
        new() { ["name"] = name, ["exists"] = subset.Exists, ["labels"] = subset.HasLabels, ["hash"] = subset.Hash };

    private static SubsetRecord Subset(JsonNode? subset) => new(IsTrue(subset.Field("exists")), IsTrue(subset.Field("labels")), subset.Field("hash").Text());

    private static bool IsTrue(JsonNode? node) => node?.GetValueKind() == JsonValueKind.True;

    private static string Required(JsonNode? parent, string name) =>
        parent.Field(name).Text() ?? throw new FormatException($"the traffic snapshot lacks '{name}'");
}

/// <summary>The weights of a route as found.</summary>
/// <param name="VirtualService">The VirtualService's name.</param>
/// <param name="Protocol">The list.</param>
/// <param name="Identity">The route within the list.</param>
/// <param name="Stable">The stable weight; null when absent.</param>
/// <param name="Candidate">The candidate weight; null when absent.</param>
internal sealed record RouteRecord(string VirtualService, RouteProtocol Protocol, string Identity, int? Stable, int? Candidate)
{
    /// <summary>The baseline's weight; null when absent, or when no baseline was managed.</summary>
    public int? Baseline { get; init; }

    /// <summary>What the arms held together.</summary>
    public int Total => (Stable ?? 0) + (Candidate ?? 0) + (Baseline ?? 0);
}

/// <summary>A subset as found.</summary>
/// <param name="Exists">Whether it existed; a subset that did not is ours.</param>
/// <param name="HasLabels">Whether it had a <c>labels</c> field.</param>
/// <param name="Hash">The value of its label <c>pod-template-hash</c>; null when absent.</param>
internal sealed record SubsetRecord(bool Exists, bool HasLabels, string? Hash);
