using Canary.Core;
using Canary.Core.Analysis;
using Canary.Core.Rollouts;
using Canary.Engine.Measuring;
using Canary.Engine.Ports;
using Canary.Engine.Queueing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Prometheus;

namespace Canary.Engine.Tests.Fakes;

/// <summary>A whole engine on fake ports and fake time, put together as a host does it.</summary>
internal sealed class EngineHarness : IAsyncDisposable
{
    private readonly ServiceProvider _provider;
    private readonly List<IHostedService> _started = [];

    public EngineHarness(Action<EngineOptions>? configure = null)
    {
        Logs.Seen = name => Journal.Add($"log {name}");
        Store = new FakeStore(Journal);
        Applier = new FakeApplier(Journal);
        Alarms = new FakeAlarmClock(Journal);
        Announcer = new FakeAnnouncer(Journal);
        Notifier = new FakeNotifier(Journal);
        Source = new FakeMeasurementSource(Journal, Time);
        var services = new ServiceCollection()
            .AddSingleton<TimeProvider>(Time)
            .AddSingleton<IRolloutStore>(Store)
            .AddSingleton<IEffectApplier>(Applier)
            .AddSingleton<ILeadership>(Leadership)
            .AddSingleton<IAlarmClock>(Alarms)
            .AddSingleton<IAnnouncer>(Announcer)
            .AddSingleton<INotifier>(Notifier)
            .AddSingleton<IMeasurementSource>(Source)
            .AddSingleton(Registry)
            .AddSingleton(new EngineRules(observation => Decide(observation), (snapshot, measurement, at) => Judge(snapshot, measurement, at)))
            .AddSingleton<ILoggerFactory>(Logs)
            .AddLogging()
            .AddCanaryEngine()
            .Configure<EngineOptions>(options =>
            {
                options.JitterSeed = 1;
                configure?.Invoke(options);
            });
        _provider = services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true });
    }

    public Journal Journal { get; } = new();

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2030, 1, 1, 12, 0, 0, TimeSpan.Zero));

    public CollectorRegistry Registry { get; } = global::Prometheus.Metrics.NewCustomRegistry();

    public RecordingLogs Logs { get; } = new();

    public FakeStore Store { get; }

    public FakeApplier Applier { get; }

    public FakeLeadership Leadership { get; } = new();

    public FakeAlarmClock Alarms { get; }

    public FakeAnnouncer Announcer { get; }

    public FakeNotifier Notifier { get; }

    public FakeMeasurementSource Source { get; }

    public Func<Observation, Decision> Decide { get; set; } = observation => Sample.Decide(observation.Status);

    public Judging Judge { get; set; } = (snapshot, _, _) => (snapshot.Analysis!.State, Verdict.None);

    public WorkQueue Queue => Get<WorkQueue>();

    public MeasurementMailbox Mailbox => Get<MeasurementMailbox>();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public T Get<T>()
        where T : notnull => _provider.GetRequiredService<T>();

    /// <summary>Starts the engine.</summary>
    /// <param name="idle">Whether to wait until the first passes are over.</param>
    public async Task StartAsync(bool idle = true)
    {
        foreach (var service in _provider.GetServices<IHostedService>())
        {
            await service.StartAsync(Token);
            _started.Add(service);
        }

        await Journal.WaitForAsync("log Started");
        if (idle)
        {
            await IdleAsync();
        }
    }

    public Task IdleAsync() => Queue.WhenIdleAsync(Token).WaitAsync(TimeSpan.FromSeconds(30), Token);

    public async Task StopAsync()
    {
        foreach (var service in _started.AsEnumerable().Reverse())
        {
            await service.StopAsync(Token).WaitAsync(TimeSpan.FromSeconds(30), Token);
        }

        _started.Clear();
    }

    public async Task<string> MetricsAsync()
    {
        using var stream = new MemoryStream();
        await Registry.CollectAndExportAsTextAsync(stream, Token);
        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    public async ValueTask DisposeAsync()
    {
        // What a test has left hanging ends with its own timeout.
        for (var stopping = StopAsync(); !stopping.IsCompletedSuccessfully; await Task.Yield())
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            if (stopping.IsFaulted)
            {
                await stopping;
            }
        }

        await _provider.DisposeAsync();
    }
}
