using Canary.Sandbox.Controllers;
using Canary.Sandbox.Nodes;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace Canary.Sandbox.Mesh;

/// <summary>Takes one request through the mesh: host, route, fault, weight, pod, retries. Thread-safe.</summary>
internal sealed class MeshProxy(
    MeshOptions options, ConfigDistributor configs, IHttpForwarder forwarder, HttpMessageInvoker client, MirrorSender mirrors, IstioMetrics metrics, TimeProvider time)
{
    private static readonly ForwarderRequestConfig Forwarding = new() { Version = System.Net.HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };

    private readonly CounterRandom _random = new(CounterRandom.SeedOf(options.Seed, "mesh"));
    private readonly WorkloadLabels _source = PeerIdentity.Client(options.ClientWorkload, options.ClientNamespace);
    private readonly string _peer = PeerIdentity.Format(PeerIdentity.Client(options.ClientWorkload, options.ClientNamespace));

    public async Task HandleAsync(HttpContext context)
    {
        var started = time.GetTimestamp();
        var outcome = await RouteAsync(context).ConfigureAwait(false);
        if (context.RequestAborted.IsCancellationRequested)
        {
            outcome = outcome with { Code = 0, Flags = "DC" };
        }

        metrics.Record(new IstioSeriesKey(_source, outcome.Destination, outcome.Service, outcome.Code, outcome.Flags, "unknown"), time.GetElapsedTime(started));
    }

    private async Task<MeshOutcome> RouteAsync(HttpContext context)
    {
        // one configuration for the whole request, whatever arrives meanwhile
        var config = configs.Current;
        var (requested, givenPort) = HostNames.Split(context.Request.Host.Value ?? "");
        var host = config.HostOf(requested, options.ClientNamespace);
        var port = givenPort ?? config.Services.GetValueOrDefault(host)?.DefaultPort ?? 80;
        if (!HostNames.TryFindMostSpecific(config.Routes, host, out var routes))
        {
            // no VirtualService: the Service alone, as Istio's default route does; and no way out of the mesh
            return config.Services.ContainsKey(host)
                ? await ForwardAsync(context, config, DefaultRoute, null, new MeshDestination(host, null, null, 1, HeaderChanges.None), port).ConfigureAwait(false)
                : Answer(context, StatusCodes.Status502BadGateway, "-", host);
        }

        foreach (var route in routes)
        {
            if (route.TryMatch(context.Request, port, out var matched))
            {
                return await FollowAsync(context, config, route, matched, host, port).ConfigureAwait(false);
            }
        }

        return Answer(context, StatusCodes.Status404NotFound, "NR", host);
    }

    private static HttpRoute DefaultRoute { get; } = HttpRoute.Read([], "", new MeshOptions())!; // a route without matches is always read

    private async Task<MeshOutcome> FollowAsync(HttpContext context, MeshConfig config, HttpRoute route, RouteMatch? matched, string host, int port)
    {
        var flags = "-";
        if (route.Fault is { } fault)
        {
            if (Happens(fault.DelayPercent))
            {
                flags = "DI";
                try
                {
                    await Task.Delay(fault.Delay, time, context.RequestAborted).ConfigureAwait(false);
                }
                catch (OperationCanceledException)
                {
                    return MeshOutcome.Local(0, "DC", host);
                }
            }

            if (Happens(fault.AbortPercent))
            {
                return Answer(context, fault.AbortStatus, flags == "-" ? "FI" : "DI,FI", host);
            }
        }

        if (route.Redirect is { } redirect)
        {
            var location = $"{redirect.Text("scheme") ?? "http"}://{redirect.Text("authority") ?? context.Request.Host.Value}{redirect.Text("uri") ?? context.Request.Path.Value}";
            context.Response.Headers.Location = location + context.Request.QueryString;
            return Answer(context, (int)(redirect.Number("redirectCode") ?? 301), flags, host);
        }

        if (route.DirectResponse is { } direct)
        {
            var outcome = Answer(context, direct.Whole("status"), flags, host);
            await context.Response.WriteAsync(direct.Text("body", "string") ?? "", context.RequestAborted).ConfigureAwait(false);
            return outcome;
        }

        if (route.Choose(_random.NextDouble()) is not { } destination)
        {
            return Answer(context, StatusCodes.Status503ServiceUnavailable, "NC", host);
        }

        foreach (var (mirror, percent) in route.Mirrors)
        {
            if (Happens(percent) && HasNoBody(context.Request))
            {
                Mirror(context, config, route, matched, mirror, port);
            }
        }

        var forwarded = await ForwardAsync(context, config, route, matched, destination, port).ConfigureAwait(false);
        return flags == "-" ? forwarded : forwarded with { Flags = forwarded.Flags == "-" ? flags : $"{flags},{forwarded.Flags}" };
    }

    private async Task<MeshOutcome> ForwardAsync(
        HttpContext context, MeshConfig config, HttpRoute route, RouteMatch? matched, MeshDestination destination, int port)
    {
        if (config.Services.GetValueOrDefault(destination.Host)?.Cluster(destination.Subset, destination.Port, port) is not { } cluster)
        {
            return Answer(context, StatusCodes.Status503ServiceUnavailable, "NC", destination.Host);
        }

        if (cluster.Choose(_random, null) is not { } endpoint)
        {
            return Answer(context, StatusCodes.Status503ServiceUnavailable, "UH", cluster.Service);
        }

        var routed = new RoutedRequest(
            route,
            cluster,
            route.Rewrite(context.Request.Path.Value ?? "/", matched),
            destination.Headers.Authority ?? route.Headers.Authority ?? route.Authority ?? context.Request.Host.Value!,
            _peer,
            destination.Headers == HeaderChanges.None ? [route.Headers] : [destination.Headers, route.Headers]);
        if (route.Timeout is not { } timeout)
        {
            return await AttemptAsync(context, routed, endpoint, null).ConfigureAwait(false);
        }

        using var deadline = new CancellationTokenSource(timeout, time);
        return await AttemptAsync(context, routed, endpoint, deadline).ConfigureAwait(false);
    }

    private async Task<MeshOutcome> AttemptAsync(HttpContext context, RoutedRequest routed, MeshEndpoint first, CancellationTokenSource? deadline)
    {
        var retries = routed.Route.Retries;
        var endpoint = first;
        for (var attempt = 0; ; attempt++)
        {
            var mayRetry = attempt < retries.Attempts && HasNoBody(context.Request);
            var transformer = new RouteTransformer(routed, mayRetry);
            using var perTry = retries.PerTryTimeout is { } limit ? new CancellationTokenSource(limit, time) : null;
            using var either = perTry is not null && deadline is not null ? CancellationTokenSource.CreateLinkedTokenSource(perTry.Token, deadline.Token) : null;
            endpoint.Begin();
            ForwarderError error;
            try
            {
                error = await forwarder.SendAsync(context, endpoint.Address, client, Forwarding, transformer, (either ?? perTry ?? deadline)?.Token ?? CancellationToken.None)
                    .ConfigureAwait(false);
            }
            finally
            {
                endpoint.End();
            }

            if (error == ForwarderError.None && !transformer.WantsRetry)
            {
                return new MeshOutcome(context.Response.StatusCode, "-", routed.Cluster.Service, endpoint.Labels);
            }

            var timedOut = error != ForwarderError.None && (deadline is { IsCancellationRequested: true } || perTry is { IsCancellationRequested: true });
            var connectFailed = !timedOut && IsConnectFailure(context);
            var covered = transformer.WantsRetry || (connectFailed ? retries.CoversConnectFailure : retries.CoversReset);
            if (context.Response.HasStarted || context.RequestAborted.IsCancellationRequested || deadline is { IsCancellationRequested: true } || !mayRetry || !covered)
            {
                return Fail(context, routed, endpoint, timedOut, connectFailed, exhausted: attempt > 0 && attempt >= retries.Attempts && covered);
            }

            Reset(context);
            endpoint = routed.Cluster.Choose(_random, endpoint) ?? endpoint;
        }
    }

    private static MeshOutcome Fail(HttpContext context, RoutedRequest routed, MeshEndpoint endpoint, bool timedOut, bool connectFailed, bool exhausted)
    {
        var flags = timedOut ? "UT" : connectFailed ? "UF" : "UC";
        var code = timedOut ? StatusCodes.Status504GatewayTimeout : StatusCodes.Status503ServiceUnavailable;
        if (!context.Response.HasStarted)
        {
            Reset(context);
            context.Response.StatusCode = code;
        }

        return new MeshOutcome(code, exhausted ? $"{flags},URX" : flags, routed.Cluster.Service, endpoint.Labels);
    }

    private static void Reset(HttpContext context)
    {
        context.Response.Clear();
        context.Features.Set<IForwarderErrorFeature>(null);
    }

    private static bool IsConnectFailure(HttpContext context) =>
        context.Features.Get<IForwarderErrorFeature>()?.Exception is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError };

    private static bool HasNoBody(HttpRequest request) =>
        request.ContentLength is null or 0 && request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: true };

    private static MeshOutcome Answer(HttpContext context, int code, string flags, string service)
    {
        context.Response.StatusCode = code;
        return MeshOutcome.Local(code, flags, service);
    }

    private void Mirror(HttpContext context, MeshConfig config, HttpRoute route, RouteMatch? matched, MeshDestination mirror, int port)
    {
        if (config.Services.GetValueOrDefault(mirror.Host)?.Cluster(mirror.Subset, mirror.Port, port) is not { } cluster || cluster.Choose(_random, null) is not { } endpoint)
        {
            return;
        }

        var request = context.Request;
        var copy = new HttpRequestMessage(new HttpMethod(request.Method), RequestUtilities.MakeDestinationAddress(
            endpoint.Address, route.Rewrite(request.Path.Value ?? "/", matched), request.QueryString));
        foreach (var (name, values) in request.Headers)
        {
            copy.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }

        copy.Headers.TryAddWithoutValidation(PeerIdentity.PeerHeader, _peer);
        copy.Headers.TryAddWithoutValidation(PeerIdentity.OperationHeader, cluster.Operation);
        mirrors.TrySend(copy);
    }

    private bool Happens(double percent) => percent > 0 && _random.NextDouble() * 100 < percent;
}
