using System.Globalization;
using System.Text.Json.Nodes;
using Canary.Core;
using Canary.Core.Analysis;
using Canary.Engine.Ports;
using Canary.Kubernetes.Resources;

namespace Canary.Kubernetes.Workloads;

/// <summary>Reads pods: why they do not start, and where ready ones are measured. Pure.</summary>
internal static class PodFacts
{
    /// <summary>A pod that runs for so long without being ready has a probe that fails.</summary>
    private static readonly TimeSpan UnreadyPatience = TimeSpan.FromSeconds(30);

    private static readonly string[] TellingReasons =
    [
        "CrashLoopBackOff", "ImagePullBackOff", "ErrImagePull", "InvalidImageName", "ErrImageNeverPull",
        "CreateContainerConfigError", "CreateContainerError", "RunContainerError", "ContainerCannotRun",
    ];

    /// <summary>Finds why a ReplicaSet's pods do not start, in their own words.</summary>
    /// <param name="replicaSet">The ReplicaSet.</param>
    /// <param name="pods">Its pods, any order.</param>
    /// <param name="at">The time of the look.</param>
    /// <returns>One sentence about the worst pod; null when all is well, or nothing can be said yet.</returns>
    public static string? Problem(JsonObject replicaSet, IEnumerable<JsonObject> pods, DateTimeOffset at)
    {
        (int Rank, string Words)? worst = null;
        foreach (var pod in pods.Where(pod => !pod.IsDeleting()).OrderBy(pod => pod.NameOf(), StringComparer.Ordinal))
        {
            if (Problem(pod, at) is { } found && (worst is null || found.Rank < worst.Value.Rank))
            {
                worst = found;
            }
        }

        var quota = replicaSet.At("status", "conditions").AsObjects()
            .FirstOrDefault(condition => condition.At("type").AsText() == "ReplicaFailure" && condition.At("status").AsText() == "True");
        return quota is not null && (worst is null || worst.Value.Rank > 2)
            ? $"pods cannot be made: {quota.At("message").AsText() ?? quota.At("reason").AsText() ?? "no reason is given"}"
            : worst?.Words;
    }

    /// <summary>Reads the pods of an arm that can be measured: ready, addressable, and not about to go.</summary>
    public static IEnumerable<PodTarget> Targets(IEnumerable<JsonObject> pods, ArmName arm)
    {
        foreach (var pod in pods.OrderBy(pod => pod.NameOf(), StringComparer.Ordinal))
        {
            if (pod.IsDeleting() || pod.At("status", "podIP").AsText() is not { } address || Condition(pod, "Ready") is not { } ready || ready.At("status").AsText() != "True")
            {
                continue;
            }

            yield return new PodTarget
            {
                Uid = pod.UidOf(),
                Name = pod.NameOf(),
                Arm = arm,
                Address = address,
                Restarts = pod.At("status", "containerStatuses").AsObjects().Concat(pod.At("status", "initContainerStatuses").AsObjects())
                    .Sum(status => status.At("restartCount").AsInt() ?? 0),
                ReadySince = ready.At("lastTransitionTime").AsTime() ?? pod.At("status", "startTime").AsTime() ?? DateTimeOffset.UnixEpoch,
                Ports = pod.At("spec", "containers").AsObjects().Concat(pod.At("spec", "initContainers").AsObjects())
                    .SelectMany(container => container.At("ports").AsObjects())
                    .Select(port => (Name: port.At("name").AsText(), Number: port.At("containerPort").AsInt()))
                    .Where(port => port is { Name: not null, Number: >= 1 and <= 65535 })
                    .Select(port => new NamedPort(port.Name!, port.Number!.Value)) // those without were left out
                    .ToValueList(),
                ScrapePort = pod.Annotation("prometheus.io/port"),
                ScrapePath = pod.Annotation("prometheus.io/path"),
            };
        }
    }

    private static (int Rank, string Words)? Problem(JsonObject pod, DateTimeOffset at)
    {
        var name = pod.NameOf();
        var statuses = pod.At("status", "initContainerStatuses").AsObjects().Concat(pod.At("status", "containerStatuses").AsObjects()).ToList();
        foreach (var status in statuses)
        {
            var reason = status.At("state", "waiting", "reason").AsText();
            if (reason is not null && TellingReasons.Contains(reason))
            {
                var message = status.At("state", "waiting", "message").AsText() is { } text ? $": {text}" : "";
                return (1, $"pod {name}, container {status.At("name").AsText()}: {reason}{message}{Ending(status.At("lastState", "terminated"))}");
            }
        }

        foreach (var status in statuses)
        {
            if (status.At("ready").IsTrue())
            {
                continue;
            }

            var ended = status.At("state", "terminated") ?? status.At("lastState", "terminated");
            if (ended.At("exitCode").AsInt() is { } code && code != 0)
            {
                return (2, $"pod {name}, container {status.At("name").AsText()}: ended with exit code {code.ToString(CultureInfo.InvariantCulture)}{Why(ended)}");
            }
        }

        if (Condition(pod, "PodScheduled") is { } scheduled && scheduled.At("status").AsText() == "False" && scheduled.At("reason").AsText() is { } unscheduled)
        {
            return (3, $"pod {name} cannot be scheduled: {scheduled.At("message").AsText() ?? unscheduled}");
        }

        if (pod.At("status", "phase").AsText() == "Failed")
        {
            return (4, $"pod {name} failed: {pod.At("status", "message").AsText() ?? pod.At("status", "reason").AsText() ?? "no reason is given"}");
        }

        var unready = statuses.Where(status => !status.At("ready").IsTrue()).ToList();
        var since = unready.Select(status => status.At("state", "running", "startedAt").AsTime()).Max();
        return unready.Count > 0 && since is { } started && at - started >= UnreadyPatience && Condition(pod, "Ready").At("status").AsText() == "False"
            ? (5, $"pod {name} runs but is not ready: the readiness probe of container {string.Join(", ", unready.Select(status => status.At("name").AsText()))} fails")
            : null;
    }

    private static string Ending(JsonNode? terminated) =>
        terminated.At("exitCode").AsInt() is { } code ? $"; it last ended with exit code {code.ToString(CultureInfo.InvariantCulture)}{Why(terminated)}" : "";

    private static string Why(JsonNode? terminated)
    {
        var reason = terminated.At("reason").AsText();
        var message = terminated.At("message").AsText()?.Trim();
        return (reason, message) switch
        {
            (null, null) => "",
            (_, null) => $" ({reason})",
            (null, _) => $": {message}",
            _ => $" ({reason}): {message}",
        };
    }

    private static JsonObject? Condition(JsonObject pod, string type) => pod.At("status", "conditions").AsObjects().FirstOrDefault(condition => condition.At("type").AsText() == type);
}
