using System.Text.Json.Nodes;

namespace Canary.Sandbox.Controllers;

/// <summary>A Kubernetes label selector: all equalities and all expressions must hold. Immutable.</summary>
internal sealed class LabelSelector
{
    private readonly IReadOnlyDictionary<string, string> _equal;
    private readonly List<Requirement> _requirements;

    private LabelSelector(IReadOnlyDictionary<string, string> equal, List<Requirement> requirements)
    {
        _equal = equal;
        _requirements = requirements;
    }

    public bool IsEmpty => _equal.Count == 0 && _requirements.Count == 0;

    /// <summary>Reads <c>matchLabels</c> and <c>matchExpressions</c> of a workload's selector.</summary>
    public static LabelSelector OfWorkload(JsonNode? selector) => new(
        selector.Map("matchLabels"),
        [.. selector.Items("matchExpressions").Select(item =>
            new Requirement(item.Text("key") ?? "", item.Text("operator") ?? "", item.Texts("values").ToHashSet(StringComparer.Ordinal)))]);

    /// <summary>Reads the plain label map that a Service or an Istio subset has.</summary>
    public static LabelSelector OfLabels(JsonNode? labels) => new(labels.Map(), []);

    public bool Matches(IReadOnlyDictionary<string, string> labels)
    {
        foreach (var (key, value) in _equal)
        {
            if (!labels.TryGetValue(key, out var actual) || actual != value)
            {
                return false;
            }
        }

        return _requirements.TrueForAll(requirement => requirement.Holds(labels));
    }

    /// <summary>The selector as the <c>labelSelector</c> query parameter of a list.</summary>
    public string ToQuery() => string.Join(',', _equal.Select(pair => $"{pair.Key}={pair.Value}").Concat(_requirements.Select(item => item.ToQuery())));

    private sealed record Requirement(string Key, string Operator, HashSet<string> Values)
    {
        public bool Holds(IReadOnlyDictionary<string, string> labels)
        {
            var present = labels.TryGetValue(Key, out var value);
            return Operator switch
            {
                "In" => present && Values.Contains(value!),
                "NotIn" => !present || !Values.Contains(value!),
                "Exists" => present,
                "DoesNotExist" => !present,
                _ => false,
            };
        }

        public string ToQuery() => Operator switch
        {
            "In" => $"{Key} in ({string.Join(',', Values)})",
            "NotIn" => $"{Key} notin ({string.Join(',', Values)})",
            "DoesNotExist" => $"!{Key}",
            _ => Key,
        };
    }
}
