using System.Globalization;
using System.Text.Json.Nodes;

namespace Canary.Sandbox.Controllers;

/// <summary>A Deployment as its controller reads it, with the API's defaults. Immutable.</summary>
internal sealed class DeploymentFacts
{
    public DeploymentFacts(JsonObject resource)
    {
        Resource = resource;
        Name = resource.Name();
        Replicas = (int)(resource.Number("spec", "replicas") ?? 1);
        Paused = resource.Flag("spec", "paused");
        Selector = LabelSelector.OfWorkload(resource.At("spec", "selector"));
        Template = resource.At("spec", "template");
        MinReadySeconds = resource.Whole("spec", "minReadySeconds");
        RevisionHistoryLimit = (int)(resource.Number("spec", "revisionHistoryLimit") ?? 10);
        ProgressDeadlineSeconds = (int)(resource.Number("spec", "progressDeadlineSeconds") ?? 600);
        IsRollingUpdate = (resource.Text("spec", "strategy", "type") ?? "RollingUpdate") == "RollingUpdate";
        (MaxSurge, MaxUnavailable) = IsRollingUpdate ? Fenceposts(resource.At("spec", "strategy", "rollingUpdate"), Replicas) : (0, 0);
        Conditions = [.. resource.Items("status", "conditions")];
    }

    public JsonObject Resource { get; }

    public string Name { get; }

    public int Replicas { get; }

    public bool Paused { get; }

    public LabelSelector Selector { get; }

    public JsonNode? Template { get; }

    public int MinReadySeconds { get; }

    public int RevisionHistoryLimit { get; }

    public int ProgressDeadlineSeconds { get; }

    public bool IsRollingUpdate { get; }

    /// <summary>Pods above <see cref="Replicas"/> that a rolling update may run; 0 for Recreate.</summary>
    public int MaxSurge { get; }

    /// <summary>Pods below <see cref="Replicas"/> that a rolling update may lack, at most <see cref="Replicas"/>.</summary>
    public int MaxUnavailable { get; }

    public int MaxReplicas => Replicas + MaxSurge;

    public IReadOnlyList<JsonObject> Conditions { get; }

    // int.MaxValue means "no deadline" in the real controller.
    public bool HasProgressDeadline => ProgressDeadlineSeconds != int.MaxValue;

    private static (int Surge, int Unavailable) Fenceposts(JsonNode? rollingUpdate, int replicas)
    {
        var surge = Resolve(rollingUpdate.At("maxSurge"), replicas, roundUp: true);
        var unavailable = Resolve(rollingUpdate.At("maxUnavailable"), replicas, roundUp: false);
        if (surge == 0 && unavailable == 0)
        {
            // both rounded to nothing: a rolling update that may do nothing would never end
            unavailable = 1;
        }

        return (surge, Math.Min(unavailable, replicas));
    }

    private static int Resolve(JsonNode? value, int total, bool roundUp)
    {
        if (value.Number() is { } whole)
        {
            return (int)whole;
        }

        var percent = double.Parse((value.Text() ?? "25%").TrimEnd('%'), CultureInfo.InvariantCulture);
        var share = percent * total / 100;
        return (int)(roundUp ? Math.Ceiling(share) : Math.Floor(share));
    }
}
