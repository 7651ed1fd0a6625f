using System.Text.Json.Nodes;

namespace Canary.Sandbox.Controllers;

/// <summary>The rules of controller owner references, as in client-go's ControllerRefManager.</summary>
internal static class Ownership
{
    public static JsonObject? ControllerOf(JsonNode? resource) =>
        resource.Items("metadata", "ownerReferences").FirstOrDefault(reference => reference.Flag("controller"));

    public static JsonObject Reference(JsonNode owner, string apiVersion, string kind) => new()
    {
        ["apiVersion"] = apiVersion,
        ["kind"] = kind,
        ["name"] = owner.Name(),
        ["uid"] = owner.Uid(),
        ["controller"] = true,
        ["blockOwnerDeletion"] = true,
    };

    /// <summary>
    /// Splits the dependents into those that belong to <paramref name="owner"/> and the writes that change ownership:
    /// orphans that match are adopted, owned ones that match no more are released, another's are ignored.
    /// </summary>
    public static (List<JsonObject> Claimed, List<ClusterWrite> Writes) Claim(
        JsonObject owner, string apiVersion, string kind, LabelSelector selector, IEnumerable<JsonObject> dependents, string dependentKind)
    {
        List<JsonObject> claimed = [];
        List<ClusterWrite> writes = [];
        var ownerGoes = owner.IsBeingDeleted();
        foreach (var dependent in dependents)
        {
            var controller = ControllerOf(dependent);
            var matches = selector.Matches(dependent.Labels());
            if (controller is not null && controller.Text("uid") != owner.Uid())
            {
                continue;
            }

            if (controller is not null)
            {
                if (matches)
                {
                    claimed.Add(dependent);
                }
                else if (!ownerGoes)
                {
                    writes.Add(Replace(dependent, dependentKind, Others(dependent, owner)));
                }
            }
            else if (matches && !ownerGoes && !dependent.IsBeingDeleted())
            {
                var references = Others(dependent, owner);
                references.Add(Reference(owner, apiVersion, kind));
                writes.Add(Replace(dependent, dependentKind, references));
                claimed.Add(dependent);
            }
        }

        return (claimed, writes);
    }

    private static JsonArray Others(JsonObject dependent, JsonObject owner) =>
        [.. dependent.Items("metadata", "ownerReferences").Where(reference => reference.Text("uid") != owner.Uid()).Select(reference => reference.DeepClone())];

    private static ClusterWrite.Patch Replace(JsonObject dependent, string kind, JsonArray references) => new(
        kind,
        dependent.Namespace(),
        dependent.Name(),
        null,
        new JsonObject { ["metadata"] = new JsonObject { ["uid"] = dependent.Uid(), ["ownerReferences"] = references } });
}
