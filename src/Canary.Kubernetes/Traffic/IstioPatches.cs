using System.Text.Json.Nodes;
using Canary.Core;
using Canary.Core.Traffic;
using Canary.Kubernetes.Json;

namespace Canary.Kubernetes.Traffic;

/// <summary>Computes the guarded JSON patches that move traffic; each is null when nothing would change. Pure: what is read is never changed.</summary>
internal static class IstioPatches
{
    private const string SubsetList = "/spec/subsets";

    /// <summary>Sets the candidate's share on every managed route of one VirtualService, in one atomic write.</summary>
    /// <param name="target">The rollout's traffic.</param>
    /// <param name="reference">The entry of the spec.</param>
    /// <param name="virtualService">The VirtualService that it names.</param>
    /// <param name="weight">The candidate's share of what the arms of a route hold; other destinations keep theirs.</param>
    /// <param name="baseline">Whether the baseline gets its share, where the route names it.</param>
    /// <param name="recorded">What the Rollout's status recorded as found; null before adoption.</param>
    public static JsonArray? SetWeight(IstioTarget target, VirtualServiceReference reference, JsonObject virtualService, Weight weight, bool baseline, string? recorded)
    {
        var operations = new JsonPatchBuilder();
        foreach (var route in RouteFinder.Find(target, reference, virtualService, "", IstioTraffic.Recorded(recorded)).Routes)
        {
            var split = WeightSplit.Of(weight, route.Total, baseline && route.BaselineIndex is not null);
            if (split.Candidate == (route.CandidateWeight ?? 0) && split.Baseline == (route.BaselineWeight ?? 0))
            {
                continue;
            }

            if (!operations.HasChanges && (split.Candidate > (route.CandidateWeight ?? 0) || split.Baseline > (route.BaselineWeight ?? 0)))
            {
                // held up on its way it would undo an abort; lowering waits for nobody
                operations.TestUnwritten(virtualService);
            }

            Guard(operations, route);
            operations.Add($"{Destination(route, route.StableIndex)}/weight", split.Stable);
            operations.Add($"{Destination(route, route.CandidateIndex)}/weight", split.Candidate);
            if (route.BaselineIndex is { } third && split.Baseline != (route.BaselineWeight ?? 0))
            {
                operations.Add($"{Destination(route, third)}/weight", split.Baseline);
            }
        }

        return operations.BuildIfChanging();
    }

    /// <summary>Points the subsets of a DestinationRule at revisions; one that is missing is appended with the Service's selector.</summary>
    /// <param name="arms">The destinations.</param>
    /// <param name="destinationRule">The DestinationRule.</param>
    /// <param name="service">The Service; needed when a subset is missing.</param>
    /// <param name="to">What they are to select.</param>
    /// <exception cref="InvalidOperationException">A subset is missing and the Service has no selector to make it from.</exception>
    public static JsonArray? PointSubsets(IstioArms arms, JsonObject destinationRule, JsonObject? service, SubsetRevisions to)
    {
        // a name must not come twice, and a write that was held up on its way must not point a subset to pods that are gone by then: nobody may have written since
        var operations = new JsonPatchBuilder().TestUnwritten(destinationRule);
        if (destinationRule.Field("spec").Field("host") is { } host)
        {
            operations.Test("/spec/host", host);
        }

        var missing = new List<JsonObject>();
        foreach (var (name, revision) in to.Of(arms))
        {
            if (Subsets.Find(destinationRule, name) is not { } found)
            {
                missing.Add(NewSubset(arms, name, service, revision));
            }
            else if (found.Subset.Field("labels").Field(Subsets.HashLabel).Text() != revision.Hash)
            {
                var pointer = PatchOperations.Item(SubsetList, found.Index);
                operations.Test($"{pointer}/name", name);
                if (found.Subset.Field("labels") is JsonObject)
                {
                    operations.Add($"{pointer}/labels/{Subsets.HashLabel}", revision.Hash);
                }
                else
                {
                    operations.Add($"{pointer}/labels", new JsonObject { [Subsets.HashLabel] = revision.Hash });
                }
            }
        }

        if (missing.Count > 0)
        {
            if (destinationRule.Field("spec").Field("subsets") is JsonArray)
            {
                missing.ForEach(subset => operations.Add($"{SubsetList}/-", subset));
            }
            else
            {
                operations.Add(SubsetList, new JsonArray([.. missing]));
            }
        }

        return operations.BuildIfChanging();
    }

    /// <summary>Writes the DestinationRule of a rollout that found none.</summary>
    /// <param name="target">The rollout's traffic.</param>
    /// <param name="service">The Service.</param>
    /// <param name="to">What the subsets select.</param>
    /// <param name="owner">The Rollout, which owns it.</param>
    /// <param name="version">The served version of <c>networking.istio.io</c>.</param>
    /// <returns>The whole object, to be created.</returns>
    /// <exception cref="InvalidOperationException">The Service has no selector.</exception>
    public static JsonObject CreateDestinationRule(
        IstioTarget target, JsonObject? service, SubsetRevisions to, RolloutOwner owner, string version) => new()
    {
        ["apiVersion"] = $"networking.istio.io/{version}",
        ["kind"] = "DestinationRule",
        ["metadata"] = new JsonObject
        {
            ["name"] = target.Spec.DestinationRule,
            ["namespace"] = target.Namespace,
            ["labels"] = new JsonObject { [Subsets.ManagedByLabel] = Subsets.ManagedBy },
            ["ownerReferences"] = new JsonArray(new JsonObject
            {
                ["apiVersion"] = "canary.dev/v1alpha1",
                ["kind"] = Subsets.OwnerKind,
                ["name"] = owner.Name,
                ["uid"] = owner.Uid,
                ["controller"] = true,
                ["blockOwnerDeletion"] = true,
            }),
        },
        ["spec"] = new JsonObject
        {
            ["host"] = target.Arms.Host,
            ["subsets"] = new JsonArray([.. to.Of(target.Arms).Select(subset => NewSubset(target.Arms, subset.Name, service, subset.Revision))]),
        },
    };

    /// <summary>The pointer of a destination.</summary>
    internal static string Destination(ManagedRoute route, int index) => PatchOperations.Item($"{route.Place.Pointer}/route", index);

    /// <summary>Guards a change of a route: it must still be the same route with the same destinations at the same places.</summary>
    internal static void Guard(JsonPatchBuilder operations, ManagedRoute route)
    {
        if (route.Place.Name is { } name)
        {
            operations.Test($"{route.Place.Pointer}/name", name);
        }
        else if (route.Place.Route.Field("match") is { } match)
        {
            operations.Test($"{route.Place.Pointer}/match", match);
        }

        operations.Test($"{Destination(route, route.StableIndex)}/destination", route.Stable["destination"]!); // present: it made this an arm
        operations.Test($"{Destination(route, route.CandidateIndex)}/destination", route.Candidate["destination"]!); // likewise
        if (route.BaselineIndex is { } third)
        {
            operations.Test($"{Destination(route, third)}/destination", route.Place.Route["route"]![third]!["destination"]!); // likewise
        }
    }

    private static JsonObject NewSubset(IstioArms arms, string name, JsonObject? service, Revision revision)
    {
        var labels = Subsets.Selector(service)?.DeepClone().AsObject()
            ?? throw new InvalidOperationException($"subset '{name}' of {arms.Host} is missing and cannot be made, "
                + $"because Service {arms.Namespace}/{arms.Service} has no selector to take its labels from");
        labels[Subsets.HashLabel] = revision.Hash;
        return new JsonObject { ["name"] = name, ["labels"] = labels };
    }
}

/// <summary>What the subsets of a rollout select.</summary>
/// <param name="Stable">The stable subset's revision.</param>
/// <param name="Candidate">The candidate subset's revision.</param>
/// <param name="Baseline">The baseline subset's revision; null leaves that one alone.</param>
internal sealed record SubsetRevisions(Revision Stable, Revision Candidate, Revision? Baseline = null)
{
    /// <summary>The subsets by name.</summary>
    public IEnumerable<(string Name, Revision Revision)> Of(IstioArms arms)
    {
        yield return (arms.StableSubset, Stable);
        yield return (arms.CandidateSubset, Candidate);
        if (Baseline is { } baseline && arms.BaselineSubset is { } name)
        {
            yield return (name, baseline);
        }
    }
}
