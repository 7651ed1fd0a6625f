using Canary.Controller.Hosting;
using Canary.Core;
using Canary.Core.Analysis;
using Canary.Engine.Ports;
using Canary.Sandbox.Controllers;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Canary.Scenarios.Crash;

/// <summary>One engine for one namespace, as the controller composes it, but for where its counters come from.</summary>
internal sealed class CrashEngine(WebApplication host, KillSwitch death) : IAsyncDisposable
{
    public KillSwitch Death { get; } = death;

    public static async Task<CrashEngine> StartAsync(CrashCluster cluster, Journal journal, KillSwitch death, CancellationToken cancellation, string[]? leadership = null, DelegatingHandler? network = null, EngineSeat? seat = null)
    {
        seat ??= new EngineSeat();
        string[] arguments =
        [
            $"--Kubernetes:Namespace={journal.Namespace}",
            "--Controller:Listen=http://127.0.0.1:0",
            "--Engine:Workers=2",
            "--Engine:PassesPerSecond=10000",
            "--Engine:ShutdownTimeout=00:00:00",
            .. leadership ?? ["--Kubernetes:LeaderElection=false"],
            .. seat.Arguments,
        ];
        var registry = global::Prometheus.Metrics.NewCustomRegistry();
        var host = ControllerHost.Build(arguments, seat.Time, builder =>
        {
            var configuration = cluster.Configuration;
            configuration.Host = seat.Server?.ToString() ?? configuration.Host;
            builder.Services.AddSingleton(configuration);
            builder.Services.AddSingleton<DelegatingHandler>(death);
            if (network is not null)
            {
                builder.Services.AddSingleton(network);
            }

            if (cluster.IsReal)
            {
                builder.Services.AddSingleton<DelegatingHandler>(new AnswerSight(cluster));
            }

            builder.Services.Replace(ServiceDescriptor.Singleton(registry));
            builder.Services.Replace(ServiceDescriptor.Singleton<ILoggerFactory>(seat.Loggers));
            builder.Services.Replace(ServiceDescriptor.Singleton<IMeasurementSource>(provider => new Source(journal, death, seat, provider.GetRequiredService<TimeProvider>())));
        });
        await host.StartAsync(cancellation);
        return new CrashEngine(host, death);
    }

    /// <summary>Stops it as the process is stopped, with time to say good-bye.</summary>
    public Task StopAsync(CancellationToken cancellation) => host.StopAsync(cancellation);

    /// <summary>Ends what is left of the process; nothing of it gets out any more.</summary>
    public async ValueTask DisposeAsync()
    {
        Death.Kill();
        try
        {
            await host.StopAsync(new CancellationToken(canceled: true));
        }
        catch (Exception left) when (left is OperationCanceledException or AggregateException)
        {
            // no grace is what was asked for
        }

        await host.DisposeAsync();
    }

    private sealed class Source(Journal journal, KillSwitch death, EngineSeat seat, TimeProvider time) : IMeasurementSource
    {
        public Task<Measurement> MeasureAsync(ValueList<MetricSpec> metrics, ValueList<PodTarget> pods, CancellationToken cancellation)
        {
            ObjectDisposedException.ThrowIf(death.IsDead, this);
            var read = journal.Counters.Look(pods, Shop.ShareOf(journal), Shop.WeightOf(journal.Find("VirtualService", Shop.Name), "baseline"), time.GetUtcNow());
            return seat.Scrape is { } scrape ? scrape(read, metrics, pods, cancellation) : Task.FromResult(read);
        }
    }
}
