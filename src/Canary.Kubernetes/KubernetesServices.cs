using Canary.Engine.Ports;
using Canary.Kubernetes.Announcing;
using Canary.Kubernetes.Api;
using Canary.Kubernetes.Leadership;
using Canary.Kubernetes.Notifying;
using Canary.Kubernetes.Store;
using Canary.Kubernetes.Watching;
using k8s;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Canary.Kubernetes;

/// <summary>Adds the cluster to a host.</summary>
public static class KubernetesServices
{
    /// <summary>Adds the ports that Kubernetes implements: <see cref="IRolloutStore"/>, <see cref="IEffectApplier"/>, <see cref="IAnnouncer"/>, <see cref="IReceiverDirectory"/> and <see cref="ILeadership"/>, and what follows the cluster while the host runs.</summary>
    /// <param name="services">
    /// Must also hold a <see cref="TimeProvider"/> and configuration; a <see cref="KubernetesClientConfiguration"/>, a <c>CollectorRegistry</c> and handlers (<see cref="DelegatingHandler"/>, outermost first)
    /// are taken when there are any.
    /// </param>
    /// <returns>The same services.</returns>
    /// <remarks>
    /// Sections <c>Kubernetes</c>, <c>Kubernetes:Api</c> and <c>Kubernetes:Watching</c> are bound and checked when the host starts. Add it before the engine, which stops first then.
    /// <see cref="KubernetesRolloutStore.Ready"/> tells when the cluster was read.
    /// </remarks>
    public static IServiceCollection AddCanaryKubernetes(this IServiceCollection services)
    {
        Validated<KubernetesOptions, KubernetesOptionsValidator>(services, "Kubernetes");
        Validated<KubernetesApiOptions, KubernetesApiOptionsValidator>(services, "Kubernetes:Api");
        Validated<ListWatchOptions, ListWatchOptionsValidator>(services, "Kubernetes:Watching");

        services.TryAddSingleton(_ => global::Prometheus.Metrics.DefaultRegistry);
        services.TryAddSingleton(provider => FindCluster(Options(provider)));
        services.TryAddSingleton(MakeApi);
        services.TryAddSingleton(provider => new ClusterCaches(
            provider.GetRequiredService<KubernetesApi>(),
            Options(provider).Namespace,
            provider.GetRequiredService<IOptions<ListWatchOptions>>().Value,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>()));
        services.TryAddSingleton(provider => new RolloutTraffic(
            provider.GetRequiredService<KubernetesApi>(), provider.GetRequiredService<ClusterCaches>(), Options(provider).ClusterDomain));
        services.TryAddSingleton<SnapshotReader>();
        services.TryAddSingleton(provider => new KubernetesRolloutStore(
            provider.GetRequiredService<KubernetesApi>(),
            provider.GetRequiredService<ClusterCaches>(),
            provider.GetRequiredService<SnapshotReader>(),
            provider.GetRequiredService<ILogger<KubernetesRolloutStore>>()));
        services.TryAddSingleton<IRolloutStore>(provider => provider.GetRequiredService<KubernetesRolloutStore>());
        services.TryAddSingleton<IEffectApplier, KubernetesEffectApplier>();
        services.TryAddSingleton<IAnnouncer>(provider => new KubernetesEvents(
            provider.GetRequiredService<KubernetesApi>(),
            provider.GetRequiredService<ClusterCaches>(),
            provider.GetRequiredService<TimeProvider>(),
            Options(provider).Identity));
        services.TryAddSingleton<IReceiverDirectory>(provider => new ReceiverDirectory(
            provider.GetRequiredService<KubernetesApi>(), Options(provider).LeaseNamespace, provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(MakeLeadership);

        // Hosts stop in reverse order: the Lease is given back before the caches stop.
        services.AddHostedService(provider => provider.GetRequiredService<ClusterCaches>());
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<ILeadership>() as IHostedService ?? new NothingToRun());
        return services;
    }

    private static void Validated<TOptions, TValidator>(IServiceCollection services, string section)
        where TOptions : class
        where TValidator : class, IValidateOptions<TOptions>
    {
        services.AddOptions<TOptions>().BindConfiguration(section).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TOptions>, TValidator>());
    }

    private static KubernetesOptions Options(IServiceProvider provider) => provider.GetRequiredService<IOptions<KubernetesOptions>>().Value;

    private static KubernetesClientConfiguration FindCluster(KubernetesOptions options) => options switch
    {
        { Kubeconfig: { } file } => KubernetesClientConfiguration.BuildConfigFromConfigFile(file, options.Context),
        { Context: { } context } => KubernetesClientConfiguration.BuildConfigFromConfigFile(currentContext: context),
        _ => KubernetesClientConfiguration.BuildDefaultConfig(),
    };

    private static KubernetesApi MakeApi(IServiceProvider provider) => new(
        provider.GetRequiredService<KubernetesClientConfiguration>(),
        provider.GetRequiredService<IOptions<KubernetesApiOptions>>().Value,
        provider.GetRequiredService<TimeProvider>(),
        new Random(Environment.ProcessId),
        provider.GetRequiredService<global::Prometheus.CollectorRegistry>(),
        provider.GetRequiredService<ILogger<KubernetesApi>>(),
        [.. provider.GetServices<DelegatingHandler>()]);

    private static ILeadership MakeLeadership(IServiceProvider provider)
    {
        var options = Options(provider);
        if (!options.LeaderElection)
        {
            return new SoleLeadership();
        }

        var election = new LeaderElectionOptions
        {
            Namespace = options.LeaseNamespace,
            Name = options.LeaseName,
            Identity = options.Identity,
            LeaseDuration = options.LeaseDuration,
            RenewDeadline = options.RenewDeadline,
            RetryPeriod = options.RetryPeriod,
        };
        if (new LeaderElectionOptionsValidator().Validate(null, election) is { Failed: true } wrong)
        {
            throw new OptionsValidationException("Kubernetes", typeof(KubernetesOptions), wrong.Failures);
        }

        var time = provider.GetRequiredService<TimeProvider>();
        return new LeaseLeadership(new LeaseElector(provider.GetRequiredService<KubernetesApi>(), election, time, provider.GetRequiredService<ILogger<LeaseElector>>()), time);
    }

    private sealed class NothingToRun : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
