using System.Text.Json.Nodes;

namespace Canary.Kubernetes.Traffic;

/// <summary>Checks that the subsets can be pointed, and that proxies will use them.</summary>
internal static class DestinationRulePreflight
{
    private const string Path = "spec.traffic.istio.destinationRule.name";

    /// <summary>Checks.</summary>
    /// <param name="target">The rollout's traffic.</param>
    /// <param name="objects">The objects that exist.</param>
    /// <param name="report">Receives what is found.</param>
    public static void Check(IstioTarget target, IstioObjects objects, PreflightReport report)
    {
        var name = target.Spec.DestinationRule;
        if (objects.DestinationRule is { } rule)
        {
            CheckHost(target, rule, report);
            CheckSubsets(target, rule, objects.Service, report);
        }

        foreach (var other in objects.DestinationRules.Where(other => other.Name() != name && target.Arms.IsService(other.Field("spec").Field("host").Text())))
        {
            CheckOther(target, objects.DestinationRule, other, report);
        }
    }

    private static void CheckHost(IstioTarget target, JsonObject rule, PreflightReport report)
    {
        var path = $"DestinationRule/{rule.Name()} spec.host";
        var host = rule.Field("spec").Field("host").Text();
        if (target.Arms.IsHalfName(host))
        {
            report.Block(path, $"is '{host}', which Istio takes literally: it completes only names without a dot, so the subsets belong to no Service. "
                + $"Write {target.Arms.Host} or {target.Service}");
        }
        else if (host is not null && host.StartsWith('*'))
        {
            report.Block(path, $"is '{host}', which covers more than {target.Arms.Host}: its subsets cannot be pointed at one workload. "
                + "Name a DestinationRule of this Service, or one that does not exist yet");
        }
        else if (!target.Arms.IsService(host))
        {
            var meaning = host is null ? "nothing" : target.Arms.Resolve(host);
            report.Block(path, $"is '{host}', which is {meaning} and not the Rollout's Service. Write {target.Arms.Host}, "
                + $"or name another DestinationRule in {Path}");
        }
    }

    private static void CheckSubsets(IstioTarget target, JsonObject rule, JsonObject? service, PreflightReport report)
    {
        foreach (var subset in target.Arms.Subsets)
        {
            if (Subsets.Find(rule, subset) is null && Subsets.Selector(service) is null)
            {
                report.Block(
                    $"DestinationRule/{rule.Name()} spec.subsets",
                    $"has no subset '{subset}', and it cannot be added, because Service {target.Namespace}/{target.Service} has no selector to take its "
                        + $"labels from. Add - name: {subset} with the pods' labels");
            }
        }
    }

    /// <remarks>Several DestinationRules of one host are merged, oldest first; a subset name that is already there is dropped.</remarks>
    private static void CheckOther(IstioTarget target, JsonObject? rule, JsonObject other, PreflightReport report)
    {
        var same = target.Arms.Subsets.Where(subset => Subsets.Find(other, subset) is not null).ToArray();
        var names = string.Join(" and ", same.Select(subset => $"'{subset}'"));
        if (same.Length == 0)
        {
            report.Warn(
                $"DestinationRule/{other.Name()} spec.host",
                $"is {target.Arms.Host} too: Istio merges it with {target.Spec.DestinationRule}, and the older one's trafficPolicy applies to both. "
                    + "Keep one DestinationRule per host");
        }
        else if (rule is null || Age.Compare(other, rule) < 0)
        {
            report.Block(
                Path,
                $"is '{target.Spec.DestinationRule}', but DestinationRule {target.Namespace}/{other.Name()} is older and has subset {names} for "
                    + $"{target.Arms.Host}: Istio keeps the oldest. Write '{other.Name()}' here, or remove the subsets there");
        }
        else
        {
            report.Warn(
                $"DestinationRule/{other.Name()} spec.subsets",
                $"has subset {names} for {target.Arms.Host} too, which Istio drops in favour of the older {target.Spec.DestinationRule}. "
                    + $"Remove them from {other.Name()}");
        }
    }
}
