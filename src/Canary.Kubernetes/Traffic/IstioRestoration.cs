using System.Text.Json.Nodes;
using Canary.Core.Traffic;
using Canary.Kubernetes.Json;

namespace Canary.Kubernetes.Traffic;

/// <summary>Computes what puts the managed fields back as they were found, and only where they still are as this engine left them. Pure.</summary>
internal static class IstioRestoration
{
    private const string SubsetList = "/spec/subsets";

    /// <summary>Puts the weights of one VirtualService back.</summary>
    /// <param name="snapshot">How they were found.</param>
    /// <param name="virtualService">The VirtualService as it is.</param>
    /// <returns>The patch; null when nothing is to be put back.
    /// A route whose arms no longer hold the recorded sum was edited by its owner and is left.</returns>
    public static JsonArray? RestoreWeights(TrafficSnapshot snapshot, JsonObject virtualService)
    {
        var operations = new JsonPatchBuilder();
        var places = RoutePlace.AllOf(virtualService).ToList();
        foreach (var record in snapshot.Routes.Where(record => record.VirtualService == virtualService.Name()))
        {
            // routes that cannot be told apart are taken in their order
            var place = places.Find(place => place.Protocol == record.Protocol && place.Identity == record.Identity && Arms(snapshot.Arms, place) is not null);
            if (place is null)
            {
                continue;
            }

            places.Remove(place);
            var (stable, candidate) = Arms(snapshot.Arms, place)!.Value; // found to be there just now
            var baseline = Baseline(snapshot.Arms, place);
            var route = new ManagedRoute
            {
                VirtualService = record.VirtualService,
                Place = place,
                StableIndex = stable,
                CandidateIndex = candidate,
                StableWeight = WeightOf(place, stable),
                CandidateWeight = WeightOf(place, candidate),
                BaselineIndex = baseline,
                BaselineWeight = baseline is { } there ? WeightOf(place, there) : null,
            };
            var same = route.StableWeight == record.Stable && route.CandidateWeight == record.Candidate && route.BaselineWeight == record.Baseline;
            if (!same && route.Total == record.Total)
            {
                IstioPatches.Guard(operations, route);
                Put(operations, $"{IstioPatches.Destination(route, stable)}/weight", route.StableWeight, record.Stable);
                Put(operations, $"{IstioPatches.Destination(route, candidate)}/weight", route.CandidateWeight, record.Candidate);
                if (baseline is { } third)
                {
                    Put(operations, $"{IstioPatches.Destination(route, third)}/weight", route.BaselineWeight, record.Baseline);
                }
            }
        }

        return operations.BuildIfChanging();
    }

    /// <summary>Puts the subsets back.</summary>
    /// <param name="snapshot">How they were found.</param>
    /// <param name="destinationRule">The DestinationRule as it is.</param>
    /// <param name="virtualServices">The VirtualServices of the namespace, weights already put back.</param>
    /// <param name="ours">The revisions that this engine may have written; null: any.</param>
    /// <returns>What is to be done. A subset or DestinationRule of ours is removed only when no route would miss it;
    /// otherwise it stays, selects every pod of the Service, and belongs to nobody.</returns>
    public static RuleRestoration RestoreSubsets(
        TrafficSnapshot snapshot, JsonObject destinationRule, IReadOnlyCollection<JsonObject> virtualServices, IReadOnlyCollection<Revision>? ours)
    {
        var operations = new JsonPatchBuilder();
        var arms = snapshot.Arms;
        if (!arms.IsService(destinationRule.Field("spec").Field("host").Text()))
        {
            return RuleRestoration.None; // its owner gave it to another host
        }

        var isOurs = snapshot.RuleIsOurs && Subsets.IsOurs(destinationRule);
        var isUsed = arms.Subsets.Any(subset => IsUsed(arms, subset, virtualServices));
        if (isOurs && !isUsed && IsAsCreated(arms, destinationRule))
        {
            return new RuleRestoration(null, true);
        }

        var found = arms.Subsets.Zip([snapshot.Stable, snapshot.Candidate, snapshot.Baseline], (name, record) => (Name: name, Record: record))
            .Select(subset => (subset.Record, Found: Subsets.Find(destinationRule, subset.Name)))
            .Where(subset => subset.Found is not null)
            .OrderByDescending(subset => subset.Found!.Value.Index); // from the back, so that removing one does not move the other
        foreach (var (record, at) in found)
        {
            var (index, subset) = at!.Value; // those without were left out
            var name = subset.Field("name").Text()!; // it was found by it
            if (!record.Exists && !snapshot.RuleIsOurs && IsPlain(subset) && !IsUsed(arms, name, virtualServices))
            {
                var pointer = PatchOperations.Item(SubsetList, index);
                operations.TestUnwritten(destinationRule).Test(pointer, subset).Remove(pointer);
            }
            else
            {
                PutHash(operations, index, name, subset, record, ours);
            }
        }

        if (isOurs)
        {
            Release(operations, destinationRule);
        }

        return new RuleRestoration(operations.BuildIfChanging(), false);
    }

    private static (int Stable, int Candidate)? Arms(IstioArms arms, RoutePlace place)
    {
        var stable = place.Route.Field("route").Objects().Where(one => arms.SubsetOf(one.Item) == arms.StableSubset).Select(one => one.Index).ToArray();
        var candidate = place.Route.Field("route").Objects().Where(one => arms.SubsetOf(one.Item) == arms.CandidateSubset).Select(one => one.Index).ToArray();
        return stable.Length == 1 && candidate.Length == 1 ? (stable[0], candidate[0]) : null;
    }

    private static int? Baseline(IstioArms arms, RoutePlace place)
    {
        var found = place.Route.Field("route").Objects().Where(one => arms.BaselineSubset is { } subset && arms.SubsetOf(one.Item) == subset).Select(one => one.Index).ToArray();
        return found.Length == 1 ? found[0] : null;
    }

    private static int? WeightOf(RoutePlace place, int index) => (int?)place.Route["route"]![index].Field("weight").Integer(); // an arm, found there

    private static void Put(JsonPatchBuilder operations, string pointer, int? now, int? then)
    {
        if (then is { } weight)
        {
            operations.Add(pointer, weight);
        }
        else if (now is not null)
        {
            operations.Remove(pointer);
        }
    }

    private static void PutHash(
        JsonPatchBuilder operations, int index, string name, JsonObject subset, SubsetRecord record, IReadOnlyCollection<Revision>? ours)
    {
        var hash = subset.Field("labels").Field(Subsets.HashLabel).Text();
        if (hash is null || hash == record.Hash || (ours is not null && !ours.Contains(new Revision(hash))))
        {
            return;
        }

        var pointer = PatchOperations.Item(SubsetList, index);
        var label = $"{pointer}/labels/{Subsets.HashLabel}";
        operations.Test($"{pointer}/name", name).Test(label, hash);
        if (record.Hash is { } before)
        {
            operations.Add(label, before);
        }
        else if (record.Exists && !record.HasLabels && subset["labels"] is JsonObject { Count: 1 })
        {
            operations.Remove($"{pointer}/labels");
        }
        else
        {
            operations.Remove(label);
        }
    }

    /// <summary>Takes the mark and the owner away, so that the DestinationRule outlives the Rollout.</summary>
    private static void Release(JsonPatchBuilder operations, JsonObject destinationRule)
    {
        operations.TestUnwritten(destinationRule);
        foreach (var (index, owner) in destinationRule.Field("metadata").Field("ownerReferences").Objects().Reverse())
        {
            if (owner.Field("kind").Text() == Subsets.OwnerKind)
            {
                operations.Remove(PatchOperations.Item("/metadata/ownerReferences", index));
            }
        }

        operations.Remove($"/metadata/labels/{JsonPointer.Escape(Subsets.ManagedByLabel)}");
    }

    /// <summary>Whether a DestinationRule of ours holds nothing that somebody added.</summary>
    private static bool IsAsCreated(IstioArms arms, JsonObject destinationRule) =>
        destinationRule.Field("spec") is JsonObject { Count: 2 } spec
        && spec.Field("subsets") is JsonArray subsets
        && subsets.Count == arms.Subsets.Count()
        && subsets.Objects().All(subset => IsPlain(subset.Item) && arms.IsArm(subset.Item.Field("name").Text()));

    private static bool IsPlain(JsonObject subset) => subset.All(field => field.Key is "name" or "labels");

    /// <summary>Whether requests would fail without a subset: a route sends to it, or mirrors to it.</summary>
    private static bool IsUsed(IstioArms arms, string subset, IReadOnlyCollection<JsonObject> virtualServices) =>
        virtualServices.SelectMany(RoutePlace.AllOf).Any(place =>
        {
            var destinations = place.Route.Field("route").Objects().Select(one => one.Item).ToArray();
            return destinations.Any(one => arms.SubsetOf(one) == subset && (destinations.Length == 1 || one.Field("weight").Integer() > 0))
                || IsMeant(arms, place.Route.Field("mirror"), subset)
                || place.Route.Field("mirrors").Objects().Any(mirror => IsMeant(arms, mirror.Item.Field("destination"), subset));
        });

    private static bool IsMeant(IstioArms arms, JsonNode? destination, string subset) =>
        arms.IsService(destination.Field("host").Text()) && destination.Field("subset").Text() == subset;
}

/// <summary>What puts a DestinationRule back.</summary>
/// <param name="Patch">The patch; null when nothing is to be changed.</param>
/// <param name="Delete">Whether it is to be deleted.</param>
internal sealed record RuleRestoration(JsonArray? Patch, bool Delete)
{
    /// <summary>Nothing is to be done.</summary>
    public static RuleRestoration None { get; } = new(null, false);
}
