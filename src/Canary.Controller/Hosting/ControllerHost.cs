using Canary.Controller.Scheduling;
using Canary.Engine;
using Canary.Engine.Ports;
using Canary.Kubernetes;
using Canary.Kubernetes.Store;
using Canary.Metrics.Scrape;
using Canary.Notifications;
using Microsoft.Extensions.Options;
using Prometheus;
using Quartz;
using Serilog;
using Serilog.Events;
using Serilog.Templates;

namespace Canary.Controller.Hosting;

/// <summary>Composes the controller: the engine with the adapters that this process has.</summary>
public static class ControllerHost
{
    /// <summary>Builds the process.</summary>
    /// <param name="arguments">Command line arguments: configuration as <c>--Section:Name=value</c>.</param>
    /// <param name="time">The clock of everything.</param>
    /// <param name="compose">Adds or replaces services last; null changes nothing.</param>
    /// <returns>The application, not yet started; starting it checks all options.</returns>
    public static WebApplication Build(string[] arguments, TimeProvider time, Action<WebApplicationBuilder>? compose = null)
    {
        var builder = WebApplication.CreateSlimBuilder(arguments);
        builder.Configuration.AddEnvironmentVariables("CANARY_").AddCommandLine(arguments);
        builder.Services.AddSingleton(time);
        builder.Services.AddOptions<ControllerOptions>().BindConfiguration("Controller").ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<ControllerOptions>, ControllerOptionsValidator>();
        var options = builder.Configuration.GetSection("Controller").Get<ControllerOptions>() ?? new ControllerOptions();
        AddLogs(builder.Services, options);

        global::Prometheus.Metrics.SuppressDefaultMetrics(new SuppressDefaultMetricOptions { SuppressMeters = true, SuppressEventCounters = true });
        builder.Services.AddSingleton(_ => global::Prometheus.Metrics.DefaultRegistry);
        builder.Services.AddSingleton<IMetricFactory>(provider => global::Prometheus.Metrics.WithCustomRegistry(provider.GetRequiredService<CollectorRegistry>()));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.ShutdownTimeout);
        builder.Services.Configure<EngineOptions>(builder.Configuration.GetSection("Engine"));

        // Hosts stop in reverse order: the engine first, then what it stands on.
        builder.Services.AddCanaryKubernetes();
        builder.Services.AddScrapeSource(builder.Configuration.GetSection(ScrapeOptions.Section));
        builder.Services.AddCanaryNotifications(builder.Configuration.GetSection(NotificationOptions.Section));
        AddAlarms(builder.Services, time);
        builder.Services.AddCanaryEngine();
        compose?.Invoke(builder);

        builder.WebHost.UseUrls(options.Listen);
        var app = builder.Build();
        MapEndpoints(app);
        return app;
    }

    private static void AddLogs(IServiceCollection services, ControllerOptions options) => services.AddSerilog(logs =>
    {
        logs.MinimumLevel.Is(Enum.TryParse<LogEventLevel>(options.LogLevel, out var level) ? level : LogEventLevel.Information)
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .MinimumLevel.Override("System.Net.Http", LogEventLevel.Warning)
            .MinimumLevel.Override("Quartz", LogEventLevel.Warning)
            .MinimumLevel.Override("Polly", LogEventLevel.Error);
        if (options.LogFormat == LogFormat.Json)
        {
            logs.WriteTo.Console(new ExpressionTemplate("{ {timestamp: UtcDateTime(@t), level: @l, message: @m, event: EventId.Id, exception: @x, ..rest()} }\n"));
        }
        else
        {
            logs.WriteTo.Console(new ExpressionTemplate("{@t:HH:mm:ss.fff} {@l:u3} {@m}\n{@x}"));
        }
    });

    private static void AddAlarms(IServiceCollection services, TimeProvider time)
    {
        services.AddQuartz(quartz =>
        {
            quartz.UseTimeProvider(time);
            QuartzAlarmClock.AddJob(quartz);
        });
        services.AddQuartzHostedService(quartz => quartz.WaitForJobsToComplete = false);
        services.AddSingleton<QuartzAlarmClock>();
        services.AddSingleton<IAlarmClock>(provider => provider.GetRequiredService<QuartzAlarmClock>());
    }

    private static void MapEndpoints(WebApplication app)
    {
        app.MapGet("/healthz", () => "ok\n");
        app.MapGet("/readyz", (KubernetesRolloutStore store) => store.Ready.IsCompletedSuccessfully
            ? Results.Text(store.Trouble is { } trouble ? $"ok, but {trouble}\n" : "ok\n")
            : Results.Text($"the cluster has not been read yet{(store.Trouble is { } why ? $": {why}" : "")}\n", statusCode: StatusCodes.Status503ServiceUnavailable));
        app.MapMetrics("/metrics", app.Services.GetRequiredService<CollectorRegistry>());
    }
}
