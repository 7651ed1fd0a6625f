using System.Globalization;
using System.Text.Json.Nodes;

namespace Canary.Sandbox.Controllers;

/// <summary>A ReplicaSet during one pass of the Deployment controller: what it is, and what the pass makes of it. One caller at a time.</summary>
internal sealed class ReplicaSetDraft
{
    public const string RevisionAnnotation = "deployment.kubernetes.io/revision";
    public const string RevisionHistoryAnnotation = "deployment.kubernetes.io/revision-history";
    public const string DesiredReplicasAnnotation = "deployment.kubernetes.io/desired-replicas";
    public const string MaxReplicasAnnotation = "deployment.kubernetes.io/max-replicas";

    private readonly JsonObject _resource;
    private readonly bool _isNew;
    private readonly int _replicasBefore;
    private readonly int _minReadySecondsBefore;
    private readonly Dictionary<string, string> _annotationsBefore;

    public ReplicaSetDraft(JsonObject resource, bool isNew = false)
    {
        _resource = resource;
        _isNew = isNew;
        Replicas = _replicasBefore = (int)(resource.Number("spec", "replicas") ?? 1);
        MinReadySeconds = _minReadySecondsBefore = resource.Whole("spec", "minReadySeconds");
        Annotations = new Dictionary<string, string>(resource.Annotations(), StringComparer.Ordinal);
        _annotationsBefore = new Dictionary<string, string>(Annotations, StringComparer.Ordinal);
        CreatedAt = isNew ? DateTimeOffset.MaxValue : resource.CreatedAt();
    }

    public string Name => _resource.Name();

    public string Uid => _resource.Uid();

    public DateTimeOffset CreatedAt { get; }

    public JsonNode? Template => _resource.At("spec", "template");

    public int Replicas { get; set; }

    public int MinReadySeconds { get; set; }

    public Dictionary<string, string> Annotations { get; }

    public int ActualReplicas => _resource.Whole("status", "replicas");

    public int ReadyReplicas => _resource.Whole("status", "readyReplicas");

    public int AvailableReplicas => _resource.Whole("status", "availableReplicas");

    public bool IsActive => Replicas > 0;

    public JsonObject? FailureCondition => _resource.Condition("ReplicaFailure") is { } condition && condition.Text("status") == "True" ? condition : null;

    /// <summary>Nothing runs, nothing is asked for, and its own controller has seen that: it may be cleaned up.</summary>
    public bool IsRemovable =>
        ActualReplicas == 0 && Replicas == 0 && _resource.Generation() <= (long)(_resource.Number("status", "observedGeneration") ?? 0) && !_resource.IsBeingDeleted();

    public bool IsBeingDeleted => _resource.IsBeingDeleted();

    public long Revision => Number(RevisionAnnotation) ?? 0;

    public long? DesiredReplicas => Number(DesiredReplicasAnnotation);

    public long? MaxReplicas => Number(MaxReplicasAnnotation);

    /// <summary>Sets size and the two annotations that make later proportional scaling and saturation possible.</summary>
    public void Scale(int replicas, DeploymentFacts deployment)
    {
        Replicas = replicas;
        SetReplicasAnnotations(deployment);
    }

    public void SetReplicasAnnotations(DeploymentFacts deployment)
    {
        Annotations[DesiredReplicasAnnotation] = deployment.Replicas.ToString(CultureInfo.InvariantCulture);
        Annotations[MaxReplicasAnnotation] = deployment.MaxReplicas.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>The write that makes the draft true, or null when nothing was changed.</summary>
    public ClusterWrite? ToWrite()
    {
        if (_isNew)
        {
            _resource["spec"]!["replicas"] = Replicas;
            _resource["metadata"]!["annotations"] = Annotations.ToJson();
            return new ClusterWrite.Create(_resource);
        }

        var annotations = new JsonObject();
        foreach (var (key, value) in Annotations)
        {
            if (!_annotationsBefore.TryGetValue(key, out var before) || before != value)
            {
                annotations[key] = value;
            }
        }

        foreach (var key in _annotationsBefore.Keys.Where(key => !Annotations.ContainsKey(key)))
        {
            annotations[key] = null;
        }

        var spec = new JsonObject();
        if (Replicas != _replicasBefore)
        {
            spec["replicas"] = Replicas;
        }

        if (MinReadySeconds != _minReadySecondsBefore)
        {
            spec["minReadySeconds"] = MinReadySeconds;
        }

        if (annotations.Count == 0 && spec.Count == 0)
        {
            return null;
        }

        // the version read is a precondition, as in the real controller's update: whoever lost a race looks again
        var metadata = new JsonObject { ["resourceVersion"] = _resource.ResourceVersion() };
        if (annotations.Count > 0)
        {
            metadata["annotations"] = annotations;
        }

        var body = new JsonObject { ["metadata"] = metadata };
        if (spec.Count > 0)
        {
            body["spec"] = spec;
        }

        return new ClusterWrite.Patch("ReplicaSet", _resource.Namespace(), Name, null, body);
    }

    public ClusterWrite ToDelete() => new ClusterWrite.Delete("ReplicaSet", _resource.Namespace(), Name, Uid);

    private long? Number(string annotation) =>
        Annotations.TryGetValue(annotation, out var text) && long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null;
}
