using System.Text.Json.Nodes;
using Canary.Core;
using Canary.Core.Traffic;
using Canary.Core.Validation;

namespace Canary.Kubernetes.Traffic;

/// <summary>Reads how a rollout's traffic is routed now and what would keep it from being moved. Pure.</summary>
internal static class IstioTraffic
{
    /// <summary>Reads the objects.</summary>
    /// <param name="target">The rollout's traffic.</param>
    /// <param name="objects">The objects that exist.</param>
    /// <returns>What Core is told, and what people are only warned of.</returns>
    public static IstioView Observe(IstioTarget target, IstioObjects objects)
    {
        var recorded = Recorded(objects.Recorded);
        var report = new PreflightReport();
        var routes = new List<ManagedRoute>();
        var services = new List<JsonObject>();
        var complete = true;
        for (var index = 0; index < target.Spec.VirtualServices.Count; index++)
        {
            var reference = target.Spec.VirtualServices[index];
            var path = $"spec.traffic.istio.virtualServices[{index}]";
            if (objects.VirtualService(reference.Name) is not { } virtualService)
            {
                complete = false;
                report.Block(
                    $"{path}.name",
                    $"is '{reference.Name}', but VirtualService {target.Namespace}/{reference.Name} does not exist. "
                    + $"Create it with a route to subsets '{target.Spec.StableSubset}' (weight 100){(target.Baseline == BaselineRole.Required ? "," : " and")} '{target.Spec.CandidateSubset}' (weight 0)"
                    + $"{(target.Baseline == BaselineRole.Required ? $" and '{target.Spec.BaselineSubset}' (weight 0)" : "")} of {target.Arms.Host}, or correct the name");
                continue;
            }

            var search = RouteFinder.Find(target, reference, virtualService, path, recorded);
            complete &= search.Complete;
            routes.AddRange(search.Routes);
            services.Add(virtualService);
            report.Blocking.AddRange(search.Problems);
        }

        VirtualServicePreflight.Check(target, services, routes, objects.VirtualServices, report);
        DestinationRulePreflight.Check(target, objects, report);
        ServicePreflight.Check(target, objects.Service, services, routes, report);

        return new IstioView(
            new TrafficObservation
            {
                Problems = report.Blocking.ToValueList(),
                Routes = routes.Select(route => route.Observe()).ToValueList(),
                StableSubset = Points(objects.DestinationRule, target.Spec.StableSubset),
                CandidateSubset = Points(objects.DestinationRule, target.Spec.CandidateSubset),
                BaselineSubset = target.Arms.BaselineSubset is { } baseline ? Points(objects.DestinationRule, baseline) : null,
                Snapshot = complete ? Take(target, routes, objects.DestinationRule, recorded).Write() : null,
                LastWriter = FieldManagers.LastWriter(services, routes),
            },
            report.Warnings.ToValueList());
    }

    /// <summary>Records how the managed fields are now.</summary>
    private static TrafficSnapshot Take(IstioTarget target, IEnumerable<ManagedRoute> routes, JsonObject? destinationRule, TrafficSnapshot? recorded)
    {
        // comparable with what was recorded: a baseline that came later is in neither
        var arms = recorded is null || recorded.Arms.BaselineSubset is not null ? target.Arms : target.Arms with { BaselineSubset = null };
        var ours = destinationRule is null || Subsets.IsOurs(destinationRule);
        var none = new SubsetRecord(false, false, null);
        return new TrafficSnapshot(
            arms,
            routes.Select(route => route.Record(arms)).ToValueList(),
            target.Spec.DestinationRule,
            ours,
            ours ? none : Subsets.Record(destinationRule, target.Spec.StableSubset),
            ours ? none : Subsets.Record(destinationRule, target.Spec.CandidateSubset))
        {
            Baseline = ours || arms.BaselineSubset is null ? none : Subsets.Record(destinationRule, arms.BaselineSubset),
        };
    }

    /// <summary>Reads a recorded snapshot; one that cannot be read must not keep traffic from being observed.</summary>
    internal static TrafficSnapshot? Recorded(string? text)
    {
        try
        {
            return text is null ? null : TrafficSnapshot.Read(text);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static Revision? Points(JsonObject? destinationRule, string subset) =>
        Subsets.Hash(destinationRule, subset) is { } hash ? new Revision(hash) : null;
}

/// <summary>How a rollout's traffic is routed.</summary>
/// <param name="Traffic">What Core is told; its problems keep traffic from being moved.</param>
/// <param name="Warnings">What does not misroute, but may surprise.</param>
internal sealed record IstioView(TrafficObservation Traffic, ValueList<Problem> Warnings);

/// <summary>Collects what is found before any traffic moves.</summary>
internal sealed class PreflightReport
{
    /// <summary>What would misroute.</summary>
    public List<Problem> Blocking { get; } = [];

    /// <summary>What may surprise.</summary>
    public List<Problem> Warnings { get; } = [];

    /// <summary>Adds what would misroute.</summary>
    public void Block(string path, string message) => Blocking.Add(new Problem(path, message));

    /// <summary>Adds what may surprise.</summary>
    public void Warn(string path, string message) => Warnings.Add(new Problem(path, message));
}
