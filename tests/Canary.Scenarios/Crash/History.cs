using System.Text.Json.Nodes;
using Canary.Sandbox.Controllers;

namespace Canary.Scenarios.Crash;

/// <summary>Goes through a journal version by version and says where an invariant was broken.</summary>
internal sealed class History
{
    private readonly Dictionary<(string Kind, string Name), JsonObject> _world = [];
    private readonly List<int> _weights = [];
    private readonly List<string> _broken = [];
    private bool _serves;
    private string? _onTrial;
    private int _reached;

    /// <summary>What was broken in a journal; empty when nothing was.</summary>
    public static IReadOnlyList<string> Broken(Journal journal, Story story)
    {
        var history = Of(journal, resized: false);
        if (!history._weights.SequenceEqual(story.Weights))
        {
            history._broken.Add($"the weights went {string.Join(", ", history._weights)}, not {string.Join(", ", story.Weights)}");
        }

        return [.. history._broken, .. journal.Problems];
    }

    /// <summary>What was broken of that which holds whatever happens; empty when nothing was.</summary>
    /// <param name="journal">What happened.</param>
    /// <param name="plan">The plan's weights, in order: none is left out on the way up, and none is passed.</param>
    /// <param name="resized">Whether somebody changed the Deployment's replicas meanwhile, with which stable pods may go before a hand-over.</param>
    public static IReadOnlyList<string> Broken(Journal journal, IReadOnlyList<int> plan, bool resized) => [.. Of(journal, resized, plan)._broken, .. journal.Problems];

    private static History Of(Journal journal, bool resized, IReadOnlyList<int>? plan = null)
    {
        var history = new History { Resized = resized, Plan = plan };
        foreach (var entry in journal.Entries())
        {
            history.Step(entry);
        }

        return history;
    }

    private bool Resized { get; init; }

    private IReadOnlyList<int>? Plan { get; init; }

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
                Climbing(entry, _weights.Count == 0 ? 0 : _weights[^1]);
                _weights.Add(Weight);
                break;
            case "DestinationRule" when Subset("canary") != _onTrial:
                (_onTrial, _reached) = (Subset("canary"), 0);
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

    /// <summary>No weight is passed on the way up; one that was reached may be given back.</summary>
    private void Climbing(JournalEntry entry, int before)
    {
        if (Plan is { } plan && Weight > before)
        {
            var ordered = _world.GetValueOrDefault(("Rollout", Shop.Name)).Flag("status", "engine", "journey", "express");
            var most = ordered ? 100 : plan.FirstOrDefault(weight => weight > _reached, _reached);
            if (Weight > most || !plan.Contains(Weight))
            {
                _broken.Add($"at {entry.Revision} the weight went from {before} to {Weight}, where the plan {string.Join(", ", plan)} gave {most}");
            }

            _reached = Math.Max(_reached, Weight);
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
        var revision = before.Labels().GetValueOrDefault("pod-template-hash");
        var shrinks = before is not null && (entry.Object is null || entry.Object.Whole("spec", "replicas") < before.Whole("spec", "replicas"));
        if (!shrinks || before.Whole("spec", "replicas") == 0)
        {
            return;
        }

        var receives = Shares.Sum(arm => arm.Share > 0 && Subset(arm.Subset) == revision ? arm.Share : 0);
        if (receives > 0 && !(Resized && entry.Object.Whole("spec", "replicas") > 0))
        {
            _broken.Add($"at {entry.Revision}, ReplicaSet {entry.Name} was scaled down while it had {receives} %");
        }

        if (!Resized && OwnerOf(before!) == "Deployment" && !_world.Any(pair => pair.Key.Kind == "ReplicaSet" && pair.Key.Name != entry.Name && OwnerOf(pair.Value) == "Deployment" && pair.Value.Whole("status", "readyReplicas") > 0))
        {
            _broken.Add($"at {entry.Revision}, the stable ReplicaSet was scaled down before the hand-over");
        }
    }

    private static string? OwnerOf(JsonObject found) => found.Items("metadata", "ownerReferences").FirstOrDefault().Text("kind");
}
