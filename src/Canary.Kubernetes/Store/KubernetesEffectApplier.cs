using Canary.Core.Rollouts;
using Canary.Engine.Ports;
using Canary.Kubernetes.Api;
using Canary.Kubernetes.Workloads;

namespace Canary.Kubernetes.Store;

/// <summary>Changes the cluster as decided. Thread-safe.</summary>
internal sealed class KubernetesEffectApplier(KubernetesApi api, ClusterCaches caches, RolloutTraffic traffic, TimeProvider time) : IEffectApplier
{
    private readonly WorkloadWriter _workloads = new(api, caches.Offer);
    private readonly RolloutWriter _rollouts = new(api, caches.Offer);
    private readonly AnalysisRunWriter _analyses = new(api, caches.Offer);

    /// <inheritdoc />
    public async Task ApplyAsync(Snapshot snapshot, Effect effect, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        try
        {
            await DispatchAsync(snapshot, Subject.Of(snapshot), effect, cancellation).ConfigureAwait(false);
        }
        catch (KubernetesApiException exception)
        {
            // A guard that did not hold means that the world has moved on: look again at once.
            var moved = exception.IsTestFailed || (exception.IsConflict && !exception.IsAlreadyExists);
            throw new EffectFailedException(exception.Message, moved ? TimeSpan.Zero : exception.RetryAfter, exception) { News = NewsOf(exception) };
        }
        catch (EffectFailedException failure) when (failure.InnerException is KubernetesApiException { Missing: not null } refusal)
        {
            throw new EffectFailedException(failure.Message, failure.RetryAfter, refusal) { News = NewsOf(refusal) };
        }
    }

    /// <summary>A right that is missing is told on the Rollout: trying again does not help, and whoever waits for it should not have to read logs.</summary>
    private static Announcement? NewsOf(KubernetesApiException exception) => exception.Missing is { } missing
        ? new Announcement("MissingRight", $"the engine may not {missing.Verb} {missing.Resource}{(missing.Group.Length > 0 ? $".{missing.Group}" : "")}; {missing}", Warning: true)
        : null;

    private Task DispatchAsync(Snapshot snapshot, Subject subject, Effect effect, CancellationToken cancellation) => effect switch
    {
        Effect.PointSubsets or Effect.SetWeight or Effect.RestoreTraffic => traffic.ApplyAsync(snapshot, effect, cancellation),
        Effect.CreateReplicaSet create => _workloads.CreateAsync(subject, create, cancellation),
        Effect.CreateBaseline create => _workloads.CreateBaselineAsync(subject, create, cancellation),
        Effect.ScaleReplicaSet scale => _workloads.ScaleAsync(subject, scale, cancellation),
        Effect.CheckOut checkOut => _workloads.CheckOutAsync(subject, checkOut, cancellation),
        Effect.CheckIn checkIn => _workloads.CheckInAsync(subject, checkIn, cancellation),
        Effect.HandOver handOver => _workloads.HandOverAsync(subject, handOver, cancellation),
        Effect.Saturate saturate => _workloads.SaturateAsync(subject, saturate, cancellation),
        Effect.DeleteReplicaSet delete => _workloads.DeleteAsync(subject, delete, cancellation),
        Effect.SetPaused pause => _workloads.SetPausedAsync(subject, pause.Paused, cancellation),
        Effect.SetSurge surge => _workloads.SetSurgeAsync(subject, surge, cancellation),
        Effect.SetTemplate template => _workloads.SetTemplateAsync(subject, template.ReplicaSet, cancellation),
        Effect.StampRestart stamp => _workloads.StampRestartAsync(subject, stamp.At, cancellation),
        Effect.StartAnalysis start => _analyses.StartAsync(subject, start, cancellation),
        Effect.FinishAnalysis finish => _analyses.FinishAsync(subject, finish, time.GetUtcNow(), cancellation),
        Effect.DeleteAnalysis delete => _analyses.DeleteAsync(subject, delete, cancellation),
        Effect.ClearCommand clear => _rollouts.ClearCommandAsync(subject, clear.Raw, cancellation),
        Effect.AddFinalizer => _rollouts.AddFinalizerAsync(subject, cancellation),
        Effect.RemoveFinalizer => _rollouts.RemoveFinalizerAsync(subject, cancellation),
        _ => throw new ArgumentOutOfRangeException(nameof(effect), effect, "is no known effect"),
    };
}
