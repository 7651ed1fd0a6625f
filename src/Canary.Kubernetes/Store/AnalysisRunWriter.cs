using System.Text.Json.Nodes;
using Canary.Core.Rollouts;
using Canary.Engine.Ports;
using Canary.Kubernetes.Api;
using Canary.Kubernetes.Resources;
using Canary.Kubernetes.Workloads;

namespace Canary.Kubernetes.Store;

/// <summary>Creates, ends and deletes AnalysisRuns. Thread-safe.</summary>
internal sealed class AnalysisRunWriter(KubernetesApi api, Action<JsonObject> written)
{
    /// <summary>Creates an AnalysisRun, unless it exists.</summary>
    public async Task StartAsync(Subject subject, Effect.StartAnalysis effect, CancellationToken cancellation)
    {
        var body = AnalysisRunJson.Create(effect, subject.Key, Ownership.ByRollout(subject.Key, subject.Uid));
        try
        {
            written(await api.CreateAsync(ResourceKind.AnalysisRuns, subject.Namespace, body, cancellation).ConfigureAwait(false));
        }
        catch (KubernetesApiException exception) when (exception.IsAlreadyExists)
        {
            var found = await api.GetAsync(ResourceKind.AnalysisRuns, subject.Namespace, effect.Name, cancellation).ConfigureAwait(false);
            if (found.ControllerUid() != subject.Uid)
            {
                // of a Rollout of the same name that was deleted: the garbage collector is about to take it
                throw new EffectFailedException($"AnalysisRun {subject.Namespace}/{effect.Name} exists already and belongs to another Rollout", TimeSpan.FromSeconds(1), exception);
            }

            written(found);
        }
    }

    /// <summary>Ends an AnalysisRun; its evidence stays.</summary>
    public async Task FinishAsync(Subject subject, Effect.FinishAnalysis effect, DateTimeOffset at, CancellationToken cancellation)
    {
        if (await api.FindAsync(ResourceKind.AnalysisRuns, subject.Namespace, effect.Name, cancellation).ConfigureAwait(false) is not { } run || AnalysisRunJson.IsFinished(run))
        {
            return;
        }

        var body = run.DeepClone().AsObject();
        body["status"] = AnalysisRunJson.Finished(run, effect.Outcome, at, effect.Verdict);
        written(await api.ReplaceStatusAsync(ResourceKind.AnalysisRuns, body, cancellation).ConfigureAwait(false));
    }

    /// <summary>Deletes an AnalysisRun of the Rollout.</summary>
    public async Task DeleteAsync(Subject subject, Effect.DeleteAnalysis effect, CancellationToken cancellation)
    {
        if (await api.FindAsync(ResourceKind.AnalysisRuns, subject.Namespace, effect.Name, cancellation).ConfigureAwait(false) is { } run && run.ControllerUid() == subject.Uid)
        {
            await api.DeleteAsync(ResourceKind.AnalysisRuns, subject.Namespace, effect.Name, new DeletePreconditions(run.UidOf(), null), cancellation).ConfigureAwait(false);
        }
    }
}
