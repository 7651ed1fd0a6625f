using System.Text.Json.Nodes;
using Canary.Sandbox.Controllers;

namespace Canary.Scenarios.Crash;

/// <summary>Goes through a journal version by version and says where an invariant was broken.</summary>
internal sealed class History
{
    private readonly Dictionary<(string Kind, string Name), JsonObject> _world = [];
    private readonly List<int> _weights = [];
    private readonly List<string> _broken = [];
    private string? _first;
    private bool _serves;

    /// <summary>What was broken in a journal; empty when nothing was.</summary>
    public static IReadOnlyList<string> Broken(Journal journal, Story story)
    {
        var history = new History();
        foreach (var entry in journal.Entries())
        {
            history.Step(entry);
        }

        if (!history._weights.SequenceEqual(story.Weights))
        {
            history._broken.Add($"the weights went {string.Join(", ", history._weights)}, not {string.Join(", ", story.Weights)}");
        }

        return [.. history._broken, .. journal.Problems];
    }

    private int Weight => _world.GetValueOrDefault(("VirtualService", Shop.Name)) is { } found ? Shop.WeightOf(found) : 0;

    private int Baseline => _world.GetValueOrDefault(("VirtualService", Shop.Name)) is { } found ? Shop.WeightOf(found, "baseline") : 0;

    private (string Subset, int Share)[] Shares => [("stable", 100 - Weight - Baseline), ("canary", Weight), ("baseline", Baseline)];

    private string? Subset(string name) => _world.GetValueOrDefault(("DestinationRule", Shop.Name)) is { } found ? Shop.SubsetOf(found, name) : null;

    private void Step(JournalEntry entry)
    {
        var key = (entry.Kind, entry.Name);
        var before = _world.GetValueOrDefault(key);
        if (entry.Object is { } now)
        {
            _world[key] = now;
        }
        else
        {
            _world.Remove(key);
        }

        switch (entry.Kind)
        {
            case "VirtualService" when _weights.Count == 0 || _weights[^1] != Weight:
                _weights.Add(Weight);
                break;
            case "ReplicaSet":
                ReplicaSet(entry, before);
                break;
            case "Pod":
                _serves |= entry.Object is { } pod && Shop.IsReady(pod);
                break;
        }

        if (_serves)
        {
            Answering(entry);
        }
    }

    /// <summary>Whoever gets requests has a pod that answers.</summary>
    private void Answering(JournalEntry entry)
    {
        foreach (var (subset, share) in Shares)
        {
            if (share == 0)
            {
                continue;
            }

            var revision = Subset(subset);
            var ready = _world.Where(pair => pair.Key.Kind == "Pod").Count(pair => Shop.IsReady(pair.Value) && (revision is null || pair.Value.Labels().GetValueOrDefault("pod-template-hash") == revision));
            if (ready == 0)
            {
                _broken.Add($"at {entry.Revision}, {entry.Kind} {entry.Name}: subset {subset} ({revision}) has {share} % and no ready pod");
            }
        }
    }

    private void ReplicaSet(JournalEntry entry, JsonObject? before)
    {
        _first ??= entry.Name;
        var revision = before.Labels().GetValueOrDefault("pod-template-hash");
        var shrinks = before is not null && (entry.Object is null || entry.Object.Whole("spec", "replicas") < before.Whole("spec", "replicas"));
        if (!shrinks || before.Whole("spec", "replicas") == 0)
        {
            return;
        }

        var receives = Shares.Sum(arm => arm.Share > 0 && Subset(arm.Subset) == revision ? arm.Share : 0);
        if (receives > 0)
        {
            _broken.Add($"at {entry.Revision}, ReplicaSet {entry.Name} was scaled down while it had {receives} %");
        }

        if (entry.Name == _first && !_world.Any(pair => pair.Key.Kind == "ReplicaSet" && pair.Key.Name != _first && OwnerOf(pair.Value) == "Deployment" && pair.Value.Whole("status", "readyReplicas") > 0))
        {
            _broken.Add($"at {entry.Revision}, the stable ReplicaSet was scaled down before the hand-over");
        }
    }

    private static string? OwnerOf(JsonObject found) => found.Items("metadata", "ownerReferences").FirstOrDefault().Text("kind");
}
