using System.Text.Json.Nodes;
using Canary.Contract.Support;
using Canary.Kubernetes.Api;
using Canary.Sandbox;
using Canary.Sandbox.Controllers;
using Canary.Testing.ControlPlanes;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Canary.Scenarios.Crash;

/// <summary>The same on a real control plane, whose objects are followed by watches. Nothing is started where there is none.</summary>
public sealed class RealCrashCluster : CrashCluster
{
    private static readonly ResourceKind[] Kinds =
    [
        ResourceKind.Rollouts, ResourceKind.AnalysisRuns, ResourceKind.Deployments, ResourceKind.ReplicaSets, ResourceKind.Pods, ResourceKind.VirtualServices, ResourceKind.DestinationRules,
    ];

    private readonly CancellationTokenSource _stopping = new();
    private ControlPlane? _plane;
    private Task _following = Task.CompletedTask;

    internal override bool IsReal => true;

    internal override string? WhyAbsent => ControlPlanePrograms.WhyAbsent;

    public override async ValueTask InitializeAsync()
    {
        if (WhyAbsent is not null)
        {
            return;
        }

        _plane = await ControlPlane.StartAsync(TimeProvider.System, plane => Definitions.InstallAsync(plane), TestContext.Current.CancellationToken);
        Sandbox = await SandboxCluster.StartAsync(Options with { Kubeconfig = _plane.Kubeconfig }, TimeProvider.System, NullLoggerFactory.Instance, TestContext.Current.CancellationToken);
        List<Task> following = [];
        foreach (var kind in Kinds)
        {
            var list = await Sandbox.Api.ListAsync(kind, null, null, TestContext.Current.CancellationToken);
            following.Add(FollowAsync(kind, list.ResourceVersion));
        }

        _following = Task.WhenAll(following);
    }

    public override async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_plane is { } plane)
        {
            await base.DisposeAsync();
            await plane.DisposeAsync();
        }

        _stopping.Dispose();
    }

    internal override HttpClient NewUpstream()
    {
        var client = _plane!.NewClient(ControlPlane.Administrator); // asked for by tests that are skipped without one
        client.Timeout = Timeout.InfiniteTimeSpan;
        return client;
    }

    /// <summary>Notes every version of the objects of one kind: a watch that was opened where a list ended leaves none out.</summary>
    private async Task FollowAsync(ResourceKind kind, string version)
    {
        var resource = kind.Group.Length == 0 ? kind.Plural : $"{kind.Plural}.{kind.Group}";
        var request = new WatchRequest(kind, null, null, version, TimeSpan.FromHours(1), TimeSpan.FromHours(2));
        await foreach (var line in Sandbox.Api.WatchLinesAsync(request, _stopping.Token))
        {
            var told = JsonNode.Parse(line.Span)!.AsObject(); // an event is an object
            if (told.Text("type") is { } type and not "BOOKMARK" && told["object"] is JsonObject seen)
            {
                Note(resource, seen.DeepClone().AsObject(), type == "DELETED");
            }
        }
    }
}
