using System.Globalization;
using System.Text.Json.Nodes;
using Canary.Core;
using Canary.Core.Rollouts;
using Canary.Engine.Ports;
using Canary.Kubernetes.Api;
using Canary.Kubernetes.Resources;
using Canary.Kubernetes.Store;

namespace Canary.Kubernetes.Announcing;

/// <summary>Tells people by Events on the Rollout, as <c>kubectl describe</c> shows them. Thread-safe.</summary>
/// <remarks>The same news within ten minutes raises the count of its Event.</remarks>
internal sealed class KubernetesEvents(KubernetesApi api, ClusterCaches caches, TimeProvider time, string instance) : IAnnouncer
{
    private const string Component = "canary";

    // What the API allows.
    private const int LongestMessage = 1024;

    // A name has 253 characters; the rest tells Events about one Rollout apart.
    private const int LongestStem = 200;

    private readonly EventMemory _memory = new(TimeSpan.FromMinutes(10), 4096);
    private long _written;

    /// <inheritdoc />
    public async Task AnnounceAsync(RolloutKey key, Announcement announcement, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(announcement);
        if (caches.Rollouts.Get(key.Namespace, key.Name) is not { } rollout)
        {
            return; // an Event about nothing would be shown nowhere
        }

        var at = time.GetUtcNow();
        var message = announcement.Message.Length <= LongestMessage ? announcement.Message : string.Concat(announcement.Message.AsSpan(0, LongestMessage - 3), "...");
        var identity = new EventIdentity(rollout.UidOf(), announcement.Reason, message, announcement.Warning);
        if (_memory.Find(identity, at) is { } told && await CountAsync(key, told.Name, told.Count + 1, at, cancellation).ConfigureAwait(false))
        {
            _memory.Remember(identity, told.Name, told.Count + 1, at);
            return;
        }

        var about = key.Name.Length <= LongestStem ? key.Name : key.Name[..LongestStem].TrimEnd('-', '.');
        var name = string.Create(CultureInfo.InvariantCulture, $"{about}.{at.UtcTicks:x}{Interlocked.Increment(ref _written):x}");
        await CreateAsync(key, name, rollout, identity, at, cancellation).ConfigureAwait(false);
        _memory.Remember(identity, name, 1, at);
    }

    private async Task<bool> CountAsync(RolloutKey key, string name, int count, DateTimeOffset at, CancellationToken cancellation)
    {
        var patch = new JsonObject { ["count"] = count, ["lastTimestamp"] = JsonReading.Written(at) };
        try
        {
            await api.PatchAsync(ResourceKind.Events, key.Namespace, name, PatchKind.MergePatch, patch, null, cancellation).ConfigureAwait(false);
            return true;
        }
        catch (KubernetesApiException exception) when (exception.IsNotFound)
        {
            return false; // it has expired
        }
    }

    private async Task CreateAsync(RolloutKey key, string name, JsonObject rollout, EventIdentity identity, DateTimeOffset at, CancellationToken cancellation)
    {
        var body = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Event",
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = key.Namespace },
            ["involvedObject"] = new JsonObject
            {
                ["apiVersion"] = ResourceKind.Rollouts.ApiVersion,
                ["kind"] = ResourceKind.Rollouts.Kind,
                ["namespace"] = key.Namespace,
                ["name"] = key.Name,
                ["uid"] = identity.Uid,
                ["resourceVersion"] = rollout.VersionOf(),
            },
            ["type"] = identity.Warning ? "Warning" : "Normal",
            ["reason"] = identity.Reason,
            ["message"] = identity.Message,
            ["count"] = 1,
            ["firstTimestamp"] = JsonReading.Written(at),
            ["lastTimestamp"] = JsonReading.Written(at),
            ["source"] = new JsonObject { ["component"] = Component },
            ["reportingComponent"] = Component,
            ["reportingInstance"] = instance,
        };
        try
        {
            await api.CreateAsync(ResourceKind.Events, key.Namespace, body, cancellation).ConfigureAwait(false);
        }
        catch (KubernetesApiException exception) when (exception.IsAlreadyExists)
        {
            // a repeated attempt met the first one
        }
    }
}
