using Canary.Core.Rollouts;
using Canary.Engine.Ports;
using Canary.Kubernetes.Api;
using Canary.Kubernetes.Workloads;

namespace Canary.Kubernetes.Store;

/// <summary>Changes the cluster as decided. Thread-safe.</summary>
/// <remarks>
/// Two fences hold off a process that was frozen while another took over: leadership is asked for right before each request goes out, after what the request stands on was read; and the
/// request names the version of the object that was read, so that one which was on its way already is refused when the other has written.
/// </remarks>
internal sealed class KubernetesEffectApplier(KubernetesApi api, ClusterCaches caches, RolloutTraffic traffic, ILeadership leadership, TimeProvider time) : IEffectApplier
{
    /// <inheritdoc />
    public async Task ApplyAsync(Snapshot snapshot, Effect effect, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        try
        {
            var fenced = api.Fenced(() => leadership.Leads(snapshot.Observation.Key));
            await DispatchAsync(fenced, snapshot, Subject.Of(snapshot), effect, cancellation).ConfigureAwait(false);
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
        ? new Announcement("MissingRight", $"the engine may not {missing.Deed}; {missing}", Warning: true)
        : null;

    private Task DispatchAsync(KubernetesApi fenced, Snapshot snapshot, Subject subject, Effect effect, CancellationToken cancellation) => effect switch
    {
        Effect.PointSubsets or Effect.SetWeight or Effect.RestoreTraffic => traffic.ApplyAsync(fenced, snapshot, effect, cancellation),
        Effect.CreateReplicaSet create => Workloads(fenced).CreateAsync(subject, create, cancellation),
        Effect.CreateBaseline create => Workloads(fenced).CreateBaselineAsync(subject, create, cancellation),
        Effect.ScaleReplicaSet scale => Workloads(fenced).ScaleAsync(subject, scale, cancellation),
        Effect.CheckOut checkOut => Workloads(fenced).CheckOutAsync(subject, checkOut, cancellation),
        Effect.CheckIn checkIn => Workloads(fenced).CheckInAsync(subject, checkIn, cancellation),
        Effect.HandOver handOver => Workloads(fenced).HandOverAsync(subject, handOver, cancellation),
        Effect.Saturate saturate => Workloads(fenced).SaturateAsync(subject, saturate, cancellation),
        Effect.DeleteReplicaSet delete => Workloads(fenced).DeleteAsync(subject, delete, cancellation),
        Effect.SetPaused pause => Workloads(fenced).SetPausedAsync(subject, pause.Paused, cancellation),
        Effect.SetSurge surge => Workloads(fenced).SetSurgeAsync(subject, surge, cancellation),
        Effect.SetTemplate template => Workloads(fenced).SetTemplateAsync(subject, template.ReplicaSet, cancellation),
        Effect.StampRestart stamp => Workloads(fenced).StampRestartAsync(subject, stamp.At, cancellation),
        Effect.StartAnalysis start => Analyses(fenced).StartAsync(subject, start, cancellation),
        Effect.FinishAnalysis finish => Analyses(fenced).FinishAsync(subject, finish, time.GetUtcNow(), cancellation),
        Effect.DeleteAnalysis delete => Analyses(fenced).DeleteAsync(subject, delete, cancellation),
        Effect.ClearCommand clear => Rollouts(fenced).ClearCommandAsync(subject, clear.Raw, cancellation),
        Effect.AddFinalizer => Rollouts(fenced).AddFinalizerAsync(subject, cancellation),
        Effect.RemoveFinalizer => Rollouts(fenced).RemoveFinalizerAsync(subject, cancellation),
        _ => throw new ArgumentOutOfRangeException(nameof(effect), effect, "is no known effect"),
    };

    private WorkloadWriter Workloads(KubernetesApi fenced) => new(fenced, caches.Offer);

    private RolloutWriter Rollouts(KubernetesApi fenced) => new(fenced, caches.Offer);

    private AnalysisRunWriter Analyses(KubernetesApi fenced) => new(fenced, caches.Offer);
}
