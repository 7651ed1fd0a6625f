using Canary.Core.Analysis;
using Canary.Core.Rollouts;
using Canary.Engine.Announcing;
using Canary.Engine.Measuring;
using Canary.Engine.Notifying;
using Canary.Engine.Ports;
using Canary.Engine.Queueing;
using Canary.Engine.Reconciling;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Canary.Engine;

/// <summary>Adds the engine to a host.</summary>
public static class EngineServices
{
    /// <summary>Adds the engine, which runs as long as the host does.</summary>
    /// <param name="services">
    /// Must also hold a <see cref="TimeProvider"/> and every port of <c>Canary.Engine.Ports</c>; a <c>CollectorRegistry</c> is taken when there is one, else the default.
    /// </param>
    /// <returns>The same services.</returns>
    /// <remarks>The engine stops before what was added ahead of it: add the ports first. <see cref="EngineOptions"/> are checked when the host starts.</remarks>
    public static IServiceCollection AddCanaryEngine(this IServiceCollection services)
    {
        services.AddOptions<EngineOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<EngineOptions>, EngineOptionsValidator>());
        services.TryAddSingleton(_ => global::Prometheus.Metrics.DefaultRegistry);
        services.TryAddSingleton(new EngineRules(RolloutMachine.Decide, Judging));
        services.TryAddSingleton<EngineTelemetry>();
        services.TryAddSingleton(MakeQueue);
        services.TryAddSingleton<MeasurementMailbox>();
        services.TryAddSingleton<MeasurementRunner>();
        services.TryAddSingleton<PassPacer>();
        services.TryAddSingleton<Reconciler>();
        services.TryAddSingleton<AnnouncementPump>();
        services.TryAddSingleton<NotificationPump>();
        services.TryAddSingleton<ReconcileLoop>();

        // Hosts stop in reverse order: the last passes can still announce.
        services.AddHostedService(provider => provider.GetRequiredService<AnnouncementPump>());
        services.AddHostedService(provider => provider.GetRequiredService<ReconcileLoop>());
        return services;
    }

    private static (AnalysisState State, Verdict Verdict) Judging(Snapshot snapshot, Measurement? measurement, DateTimeOffset at)
    {
        var analysis = snapshot.Analysis!; // judged only when there is one
        var state = measurement is null
            ? analysis.State
            : Judge.Advance(analysis.Metrics, analysis.Spec, analysis.State, Exposure.Of(snapshot.Observation.Status), measurement);
        return (state, Judge.Conclude(analysis.Metrics, analysis.Spec, state));
    }

    private static WorkQueue MakeQueue(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<IOptions<EngineOptions>>().Value;
        var random = new Random(options.JitterSeed ?? Environment.ProcessId);
        return new WorkQueue(provider.GetRequiredService<TimeProvider>(), new BackOff(options.BackOffBase, options.BackOffCap, random));
    }
}
