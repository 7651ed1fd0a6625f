using System.Globalization;
using System.Text.Json.Nodes;
using Canary.Core;
using Canary.Core.Rollouts;
using Canary.Core.Traffic;
using Canary.Kubernetes.Json;
using Canary.Kubernetes.Resources;

namespace Canary.Kubernetes.Workloads;

/// <summary>Computes what is written to Deployments and ReplicaSets. Pure: what is read is never changed.</summary>
internal static class WorkloadPatches
{
    /// <summary>Writes the candidate's ReplicaSet: the Deployment's template exactly, and the hash.</summary>
    public static JsonObject CreateReplicaSet(JsonObject deployment, Revision revision, int replicas, RolloutKey key, string rolloutUid) =>
        ReplicaSet(deployment, NameOf(deployment, revision), revision, replicas, (Names.RevisionOfAnnotation, deployment.NameOf()), Ownership.ByRollout(key, rolloutUid));

    /// <summary>Writes a fresh baseline's ReplicaSet: another one's template exactly, under a hash of its own, by which a subset selects its pods and nothing else does.</summary>
    public static JsonObject CreateBaseline(JsonObject of, Effect.CreateBaseline effect, RolloutKey key, string rolloutUid) =>
        ReplicaSet(of, effect.Name, effect.Revision, effect.Replicas, (Names.BaselineOfAnnotation, WorkloadReading.RevisionOf(of).Hash), Ownership.ByRollout(key, rolloutUid));

    /// <summary>The name of a candidate's ReplicaSet.</summary>
    public static string NameOf(JsonObject deployment, Revision revision) => $"{deployment.NameOf()}-{revision.Hash}";

    /// <summary>Sets the replicas of the same object; fewer than it has only if nobody has written since, or an order to scale down that was held up on its way could take pods that serve by then.</summary>
    public static JsonArray Scale(JsonObject replicaSet, int replicas)
    {
        var patch = new JsonPatchBuilder().Test("/metadata/uid", replicaSet.UidOf());
        return (replicas < WorkloadReading.Replicas(replicaSet) ? patch.TestResourceVersion(replicaSet.VersionOf()) : patch).Add("/spec/replicas", replicas).Build();
    }

    /// <summary>Changes the owner, and nothing else, of a ReplicaSet that nobody has written since.</summary>
    public static JsonArray ChangeOwner(JsonObject replicaSet, JsonObject owner) => new JsonPatchBuilder()
        .TestResourceVersion(replicaSet.VersionOf())
        .Add("/metadata/ownerReferences", Ownership.Replaced(replicaSet, owner))
        .Build();

    /// <summary>Gives the candidate to the Deployment, marked as saturated, so that its controller lets the former one go.</summary>
    public static JsonArray HandOver(JsonObject replicaSet, JsonObject deployment, Effect.HandOver effect)
    {
        var patch = new JsonPatchBuilder().TestResourceVersion(replicaSet.VersionOf());
        Mark(patch, replicaSet, effect.Replicas, effect.MaxReplicas);
        return patch.Add("/metadata/ownerReferences", Ownership.Replaced(replicaSet, Ownership.ByDeployment(deployment))).Build();
    }

    /// <summary>Saturates a ReplicaSet that was handed over.</summary>
    public static JsonArray Saturate(JsonObject replicaSet, Effect.Saturate effect)
    {
        var patch = new JsonPatchBuilder().TestResourceVersion(replicaSet.VersionOf());
        Mark(patch, replicaSet, effect.Replicas, effect.MaxReplicas);
        return patch.Add("/spec/replicas", effect.Replicas).Build();
    }

    /// <summary>Pauses or unpauses one Deployment: a merge that touches one field, and refuses another object of the same name.</summary>
    public static JsonObject SetPaused(JsonObject deployment, bool paused) => new()
    {
        ["metadata"] = new JsonObject { ["uid"] = deployment.UidOf() },
        ["spec"] = new JsonObject { ["paused"] = paused },
    };

    /// <summary>Sets the surge of the rolling update of a Deployment that nobody has written since.</summary>
    public static JsonArray SetSurge(JsonObject deployment, string surge)
    {
        JsonNode value = int.TryParse(surge, NumberStyles.None, CultureInfo.InvariantCulture, out var pods) ? pods : surge;
        var patch = new JsonPatchBuilder().TestResourceVersion(deployment.VersionOf());

        // the API server fills both parents in; a server that does not gets them with the field
        return (deployment.At("spec", "strategy"), deployment.At("spec", "strategy", "rollingUpdate")) switch
        {
            (_, JsonObject) => patch.Add("/spec/strategy/rollingUpdate/maxSurge", value).Build(),
            (JsonObject, _) => patch.Add("/spec/strategy/rollingUpdate", new JsonObject { ["maxSurge"] = value }).Build(),
            _ => patch.Add("/spec/strategy", new JsonObject { ["rollingUpdate"] = new JsonObject { ["maxSurge"] = value } }).Build(),
        };
    }

    /// <summary>Stamps the template as <c>kubectl rollout restart</c> does.</summary>
    public static JsonObject StampRestart(JsonObject deployment, string at) => new()
    {
        ["metadata"] = new JsonObject { ["uid"] = deployment.UidOf() },
        ["spec"] = new JsonObject
        {
            ["template"] = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [Names.RestartAnnotation] = at } } },
        },
    };

    /// <summary>Sets a Deployment's template to that of a ReplicaSet.</summary>
    /// <returns>The patch; null when it is the same already.</returns>
    public static JsonArray? SetTemplate(JsonObject deployment, JsonObject replicaSet)
    {
        var template = replicaSet.At("spec", "template")?.DeepClone().AsObject() ?? [];
        Labels(template).Remove(Names.HashLabel);
        return deployment.At("spec", "template") is JsonObject present && TemplateHash.SameTemplate(present, template)
            ? null
            : new JsonPatchBuilder().TestResourceVersion(deployment.VersionOf()).Add("/spec/template", template).Build();
    }

    /// <summary>Whether a ReplicaSet is what a Deployment asks for.</summary>
    public static bool SameTemplate(JsonObject deployment, JsonObject replicaSet) =>
        TemplateHash.SameTemplate(deployment.At("spec", "template") as JsonObject ?? [], replicaSet.At("spec", "template") as JsonObject ?? []);

    /// <summary>Writes a ReplicaSet with the template, the selector and the patience of another workload.</summary>
    private static JsonObject ReplicaSet(JsonObject of, string name, Revision revision, int replicas, (string Name, string Value) annotation, JsonObject owner)
    {
        var template = of.At("spec", "template")?.DeepClone().AsObject() ?? [];
        Labels(template)[Names.HashLabel] = revision.Hash;
        var selector = of.At("spec", "selector")?.DeepClone().AsObject() ?? [];
        if (selector["matchLabels"] is not JsonObject matchLabels)
        {
            selector["matchLabels"] = matchLabels = [];
        }

        matchLabels[Names.HashLabel] = revision.Hash;
        var spec = new JsonObject { ["replicas"] = replicas, ["selector"] = selector, ["template"] = template };
        if (of.At("spec", "minReadySeconds") is { } minReadySeconds)
        {
            spec["minReadySeconds"] = minReadySeconds.DeepClone();
        }

        return new JsonObject
        {
            ["apiVersion"] = "apps/v1",
            ["kind"] = "ReplicaSet",
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["namespace"] = of.At("metadata", "namespace")?.DeepClone(),
                ["labels"] = Labels(template).DeepClone(),
                ["annotations"] = new JsonObject { [annotation.Name] = annotation.Value },
                ["ownerReferences"] = new JsonArray(owner),
            },
            ["spec"] = spec,
        };
    }

    private static void Mark(JsonPatchBuilder patch, JsonObject replicaSet, int replicas, int maxReplicas)
    {
        var (desired, most) = (replicas.ToString(CultureInfo.InvariantCulture), maxReplicas.ToString(CultureInfo.InvariantCulture));
        if (replicaSet.At("metadata", "annotations") is JsonObject)
        {
            patch.Add(JsonPointer.Of("metadata", "annotations", Names.DesiredReplicasAnnotation), desired);
            patch.Add(JsonPointer.Of("metadata", "annotations", Names.MaxReplicasAnnotation), most);
        }
        else
        {
            patch.Add("/metadata/annotations", new JsonObject { [Names.DesiredReplicasAnnotation] = desired, [Names.MaxReplicasAnnotation] = most });
        }
    }

    private static JsonObject Labels(JsonObject template)
    {
        if (template["metadata"] is not JsonObject metadata)
        {
            template["metadata"] = metadata = [];
        }

        if (metadata["labels"] is not JsonObject labels)
        {
            metadata["labels"] = labels = [];
        }

        return labels;
    }
}
