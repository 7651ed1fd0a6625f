using System.Text.Json.Nodes;

namespace Canary.Sandbox.Controllers;

/// <summary>The conditions of a Deployment during one pass. One caller at a time.</summary>
internal sealed class DeploymentConditions
{
    public const string Available = "Available";
    public const string Progressing = "Progressing";
    public const string ReplicaFailure = "ReplicaFailure";

    private readonly List<JsonObject> _conditions;
    private readonly DateTimeOffset _now;

    public DeploymentConditions(IEnumerable<JsonObject> conditions, DateTimeOffset now)
    {
        _conditions = [.. conditions.Select(condition => (JsonObject)condition.DeepClone())];
        _now = now;
    }

    public JsonObject? this[string type] => _conditions.Find(condition => condition.Text("type") == type);

    /// <summary>Sets a condition unless it already has this status and reason; the time of transition survives an equal status.</summary>
    public void Set(string type, string status, string reason, string message)
    {
        var current = this[type];
        if (current is null || current.Text("status") != status || current.Text("reason") != reason)
        {
            Replace(type, status, reason, message);
        }
    }

    /// <summary>Sets a condition even when only its time changes: the proof of progress that the deadline counts from.</summary>
    public void Renew(string type, string status, string reason, string message) => Replace(type, status, reason, message);

    public void Copy(JsonObject condition)
    {
        Remove(condition.Text("type")!);
        _conditions.Add((JsonObject)condition.DeepClone());
    }

    public void Remove(string type) => _conditions.RemoveAll(condition => condition.Text("type") == type);

    public JsonArray ToJson() => [.. _conditions.Select(condition => condition.DeepClone())];

    private void Replace(string type, string status, string reason, string message)
    {
        var current = this[type];
        var now = _now.ToKubernetesTime();
        var transition = current.Text("status") == status ? current.Text("lastTransitionTime") ?? now : now;
        Remove(type);
        _conditions.Add(new JsonObject
        {
            ["type"] = type,
            ["status"] = status,
            ["lastUpdateTime"] = now,
            ["lastTransitionTime"] = transition,
            ["reason"] = reason,
            ["message"] = message,
        });
    }
}
