using System.Text.Json.Nodes;
using Canary.Kubernetes.Api;
using Canary.Sandbox.Controllers;

namespace Canary.Sandbox.Nodes;

/// <summary>One pod on a node, from its first sight until it has drained. One caller at a time; <see cref="Workload"/> may be read by anyone.</summary>
internal sealed partial class PodRun : IDisposable
{
    private readonly KubernetesApi _api;
    private readonly NodeOptions _options;
    private readonly PodAddresses _addresses;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _deleted = new();
    private readonly DateTimeOffset _startedAt;
    private JsonObject _pod;
    private PodServer? _server;
    private string? _address;

    public PodRun(JsonObject pod, KubernetesApi api, NodeOptions options, PodAddresses addresses, TimeProvider time, ILoggerFactory loggers)
    {
        _pod = pod;
        _api = api;
        _options = options;
        _addresses = addresses;
        _time = time;
        _loggers = loggers;
        _logger = loggers.CreateLogger<PodRun>();
        _startedAt = time.GetUtcNow();
        var behaviours = pod.Items("spec", "containers").Select(container => options.Images.Of(container.Text("image") ?? ""));

        // one bad container spoils the pod; otherwise the first one is what clients meet
        Workload = new PodWorkload(pod, behaviours.OrderByDescending(behaviour => behaviour.Fate != PodFate.Serves).FirstOrDefault(PodBehaviour.Healthy), options.Seed);
    }

    public PodWorkload Workload { get; }

    private string Image => Workload.Count.Image;

    private int Port => (int?)_pod.Items("spec", "containers").SelectMany(container => container.Items("ports")).FirstOrDefault().Number("containerPort") ?? _options.DefaultPort;

    /// <summary>The pod was deleted, or is being deleted. May be called at any time, more than once.</summary>
    public void NoteDeleted() => _deleted.Cancel();

    /// <summary>Runs the pod until it is deleted and has drained, or until the node stops.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var alive = CancellationTokenSource.CreateLinkedTokenSource(_deleted.Token, cancellationToken);
        try
        {
            await AnnotateAsync(alive.Token).ConfigureAwait(false);
            if (_options.StartDelay > TimeSpan.Zero)
            {
                await ReportAsync("Pending", PodStatusDocument.Waiting("ContainerCreating", ""), alive.Token).ConfigureAwait(false);
                await Task.Delay(_options.StartDelay, _time, alive.Token).ConfigureAwait(false);
            }

            await LiveAsync(alive.Token).ConfigureAwait(false);
            await Task.Delay(Timeout.InfiniteTimeSpan, _time, alive.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (alive.IsCancellationRequested)
        {
            await DrainAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (KubernetesApiException exception) when (exception.IsNotFound)
        {
            await DrainAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (KubernetesApiException exception)
        {
            LogGaveUp(_pod.Namespace(), _pod.Name(), exception.Message);
            await DrainAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    // the token source has no timer and nothing to free, and a late deletion may still cancel it
    public void Dispose() => _server?.Dispose();

    private Task LiveAsync(CancellationToken alive) => Workload.Behaviour.Fate switch
    {
        PodFate.ImageMissing => PullInVainAsync(alive),
        PodFate.Crashes => CrashAsync(alive),
        PodFate.NeverReady => ServeAsync(ready: false, alive),
        _ => ServeAsync(ready: true, alive),
    };

    private async Task ServeAsync(bool ready, CancellationToken alive)
    {
        try
        {
            if (_options.Listen)
            {
                _server = await PodServer.StartAsync(Workload, _addresses, Port, _options, _time, _loggers, alive).ConfigureAwait(false);
            }

            _address = (_server?.Address ?? _addresses.Next()).ToString();
            await ReportAsync("Running", PodStatusDocument.Running(_time.GetUtcNow(), ready), alive).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or System.Net.Sockets.SocketException)
        {
            await ReportAsync("Pending", PodStatusDocument.Waiting("RunContainerError", exception.Message), alive).ConfigureAwait(false);
        }
    }

    private async Task CrashAsync(CancellationToken alive)
    {
        var container = _pod.Items("spec", "containers").FirstOrDefault().Text("name");
        _address = _addresses.Next().ToString();
        var pause = _options.FirstBackoff;
        for (var restarts = 0; ; restarts++)
        {
            var now = _time.GetUtcNow();
            var exited = PodStatusDocument.Exited(now, now, $"panic: {Image}: cannot start: configuration key \"payment.url\" is missing");
            var message = $"back-off {pause.TotalSeconds:0.###}s restarting failed container={container} pod={_pod.Name()}_{_pod.Namespace()}({_pod.Uid()})";
            await ReportAsync("Running", PodStatusDocument.Waiting("CrashLoopBackOff", message, restarts, exited), alive).ConfigureAwait(false);
            await Task.Delay(pause, _time, alive).ConfigureAwait(false);
            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, _options.MaxBackoff.Ticks));
        }
    }

    private async Task PullInVainAsync(CancellationToken alive)
    {
        var cause = $"failed to pull and unpack image \"{Image}\": not found";
        await ReportAsync("Pending", PodStatusDocument.Waiting("ErrImagePull", cause), alive).ConfigureAwait(false);
        await Task.Delay(_options.FirstBackoff, _time, alive).ConfigureAwait(false);
        await ReportAsync("Pending", PodStatusDocument.Waiting("ImagePullBackOff", $"Back-off pulling image \"{Image}\": ErrImagePull: {cause}"), alive).ConfigureAwait(false);
    }

    /// <summary>What Istio's injector would have written when the pod was admitted.</summary>
    private async Task AnnotateAsync(CancellationToken alive)
    {
        var annotations = new JsonObject
        {
            ["prometheus.io/scrape"] = "true",
            ["prometheus.io/port"] = _options.SidecarPort.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["prometheus.io/path"] = "/stats/prometheus",
        };
        var body = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = annotations } };
        _pod = await _api.PatchAsync(ResourceKind.Pods, _pod.Namespace(), _pod.Name(), PatchKind.MergePatch, body, null, alive).ConfigureAwait(false);
    }

    private async Task ReportAsync(string phase, PodStatusDocument.Container container, CancellationToken alive)
    {
        var body = PodStatusDocument.Build(_pod, phase, _address, container, _startedAt, _time.GetUtcNow());

        // a namesake that was created meanwhile must not get this pod's status
        body["metadata"] = new JsonObject { ["uid"] = _pod.Uid() };
        _pod = await _api.PatchAsync(ResourceKind.Pods, _pod.Namespace(), _pod.Name(), PatchKind.MergePatch, body, "status", alive).ConfigureAwait(false);
    }

    private async Task DrainAsync(CancellationToken cancellationToken)
    {
        if (_server is null)
        {
            return;
        }

        try
        {
            await Task.Delay(_options.DrainTime, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // the whole node stops: nobody is left to drain for
        }

        await _server.StopAsync(cancellationToken).ConfigureAwait(false);
    }

    [LoggerMessage(EventId = 5101, Level = LogLevel.Warning, Message = "Gave up on pod {Namespace}/{Pod}: {Reason}")]
    private partial void LogGaveUp(string @namespace, string pod, string reason);
}
