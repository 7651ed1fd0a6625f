using System.Globalization;
using System.Text.Json.Nodes;
using Canary.Kubernetes.Api;
using ResourceKind = Canary.Kubernetes.Api.ResourceKind;

namespace Canary.Sandbox.Demo;

/// <summary>Four versions travel, each to its own ending.</summary>
internal sealed class Demonstration(SandboxCluster cluster, IDemoView view, DemonstrationPlan plan)
{
    private const string Namespace = "shop";
    private const string Name = "checkout";

    private static readonly TimeSpan Glancing = TimeSpan.FromMilliseconds(200);

    private readonly long _started = cluster.Time.GetTimestamp();
    private readonly List<string> _wrong = [];

    private TimeSpan Elapsed => cluster.Time.GetElapsedTime(_started);

    /// <summary>Tells the whole story.</summary>
    /// <returns>What did not end as it must; empty when everything did.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(CancellationToken cancellation)
    {
        view.Title("v1 serves");
        await cluster.ApplyAsync(EmbeddedManifests.Objects("demo/shop.yaml"), cancellation).ConfigureAwait(false);
        await cluster.ApplyAsync(EmbeddedManifests.Objects("templates/golden-signals.yaml"), cancellation).ConfigureAwait(false);
        var rollouts = EmbeddedManifests.Objects("demo/rollout.yaml");
        if (plan.Adjust is { } adjust)
        {
            adjust(rollouts[0]);
        }

        await cluster.ApplyAsync(rollouts, cancellation).ConfigureAwait(false);
        await UntilAsync(glance => glance.Phase == "Healthy", TimeSpan.FromMinutes(1), null, cancellation).ConfigureAwait(false);
        await ServesAsync(cancellation).ConfigureAwait(false);
        view.Settle();
        if (cluster.Plane.Load is not null)
        {
            await cluster.Plane.StartLoadAsync(cancellation).ConfigureAwait(false);
        }

        view.Event(Elapsed, $"{Name}:v1 is taken over and serves {string.Join(", ", cluster.Options.DataPlane.Load?.Targets.Select(target => $"{target.RequestsPerSecond:0} requests/s") ?? [])}");
        foreach (var story in plan.Stories)
        {
            await TellAsync(story, cancellation).ConfigureAwait(false);
        }

        if (cluster.Plane.Load is { } load)
        {
            view.Title("Load, as its clients saw it");
            view.Event(Elapsed, load.Report().ToString());
        }

        return _wrong;
    }

    /// <summary>Waits until every pod of v1 is available and the mesh knows them, so that no request finds an empty shop.</summary>
    private async Task ServesAsync(CancellationToken cancellation)
    {
        JsonNode? status;
        JsonNode? spec;
        do
        {
            await Task.Delay(Glancing, cluster.Time, cancellation).ConfigureAwait(false);
            var deployment = await cluster.Api.GetAsync(ResourceKind.Deployments, Namespace, Name, cancellation).ConfigureAwait(false);
            (spec, status) = (deployment["spec"]?["replicas"], deployment["status"]?["availableReplicas"]);
        }
        while (status is null || status.GetValue<int>() < spec!.GetValue<int>());
        await Task.Delay(plan.MeshLearns, cluster.Time, cancellation).ConfigureAwait(false);
    }

    private async Task TellAsync(Story story, CancellationToken cancellation)
    {
        view.Title($"{Name}:{story.Tag}: {story.About}");
        var image = $"shop/{Name}:{story.Tag}";
        var before = cluster.Time.GetTimestamp();
        await SetImageAsync(image, cancellation).ConfigureAwait(false);
        view.Event(Elapsed, $"kubectl set image deployment/{Name} {Name}={image}");
        var audit = new WeightAudit();
        var ended = await UntilAsync(
            glance => glance.Phase is "Healthy" or "Degraded" && glance.OutcomeImage == image, story.AtMost, audit, cancellation).ConfigureAwait(false);
        audit.Close();
        view.Settle();
        var took = cluster.Time.GetElapsedTime(before);
        if (ended is null)
        {
            Wrong(story, $"has not ended within {story.AtMost.TotalSeconds:0} s");
            return;
        }

        Judge(story, ended, audit, took);
    }

    private void Judge(Story story, RolloutGlance ended, WeightAudit audit, TimeSpan took)
    {
        var expected = story.Ends == Ending.Promoted ? "Promoted" : "RolledBack";
        var good = story.Ends == Ending.Promoted;
        view.Event(Elapsed, $"{ended.Outcome} after {took.TotalSeconds:0.0} s: {ended.OutcomeReason}", good ? Mood.Good : Mood.Bad);
        if (audit.ToString() is { Length: > 0 } weights)
        {
            view.Event(Elapsed, $"weights: {weights}");
        }

        if (_exposed is { } exposed && story.Ends == Ending.RolledBack)
        {
            view.Event(Elapsed, string.Create(CultureInfo.InvariantCulture, $"back at weight 0 after {exposed.TotalSeconds:0.0} s of traffic; {audit.Candidate:N0} requests were served by it"));
        }

        if (ended.Outcome != expected)
        {
            Wrong(story, $"ended {ended.Outcome}, not {expected}: {ended.OutcomeReason}");
        }

        if (!audit.Agrees)
        {
            Wrong(story, $"was not given the traffic that its weights say: {audit}");
        }

        switch (story.Ends)
        {
            case Ending.RolledBack when story.Tag == "v3-errors" && _exposed > TimeSpan.FromSeconds(20):
                Wrong(story, $"was exposed for {_exposed.Value.TotalSeconds:0.0} s, more than 20");
                break;
            case Ending.NeverServed when audit.Candidate > 0 || _exposed is not null:
                Wrong(story, "got traffic");
                break;
            case Ending.NeverServed when ended.OutcomeReason?.Contains("CrashLoopBackOff", StringComparison.Ordinal) != true:
                Wrong(story, $"does not give its pods' own reason: {ended.OutcomeReason}");
                break;
        }
    }

    private void Wrong(Story story, string what)
    {
        _wrong.Add($"{story.Tag} {what}");
        view.Event(Elapsed, $"NOT AS IT MUST: {story.Tag} {what}", Mood.Bad);
    }

    private TimeSpan? _exposed;

    private async Task<RolloutGlance?> UntilAsync(Func<RolloutGlance, bool> done, TimeSpan atMost, WeightAudit? audit, CancellationToken cancellation)
    {
        var started = cluster.Time.GetTimestamp();
        DateTimeOffset? firstWeight = null;
        var (weight, since) = (0, cluster.Time.GetUtcNow());
        _exposed = null;
        while (cluster.Time.GetElapsedTime(started) < atMost)
        {
            var glance = RolloutGlance.Of(await cluster.Api.GetAsync(ResourceKind.Rollouts, Namespace, Name, cancellation).ConfigureAwait(false));
            var now = cluster.Time.GetUtcNow();
            if (glance.Weight != weight)
            {
                firstWeight ??= now;
                audit?.Close();
                (weight, since) = (glance.Weight, now);
            }

            var counts = cluster.Plane.Nodes?.Counts() ?? [];
            if (glance.Phase is "Progressing" or "Paused" && now - since >= plan.MeshLearns)
            {
                audit?.Look(weight, since, glance.Candidate, counts);
            }

            if (firstWeight is { } first && weight == 0)
            {
                _exposed ??= since - first;
            }

            view.Progress(Elapsed, glance, Traffic(glance, counts));
            if (done(glance))
            {
                return glance;
            }

            await Task.Delay(Glancing, cluster.Time, cancellation).ConfigureAwait(false);
        }

        return null;
    }

    private static string Traffic(RolloutGlance glance, IReadOnlyList<Nodes.PodCount> counts) => string.Join("   ", counts
        .GroupBy(pod => pod.Image)
        .Select(image => string.Create(CultureInfo.InvariantCulture, $"{image.Key}{(image.Key == glance.CandidateImage ? " (candidate)" : "")}: {image.Count()} pods, {image.Sum(pod => pod.Requests):N0} requests, {image.Sum(pod => pod.Errors):N0} errors")));

    private async Task SetImageAsync(string image, CancellationToken cancellation)
    {
        var patch = new JsonArray(new JsonObject { ["op"] = "replace", ["path"] = "/spec/template/spec/containers/0/image", ["value"] = image });
        await cluster.Api.PatchAsync(ResourceKind.Deployments, Namespace, Name, PatchKind.JsonPatch, patch, null, cancellation).ConfigureAwait(false);
    }
}
