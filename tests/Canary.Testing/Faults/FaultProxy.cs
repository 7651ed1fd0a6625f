using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Canary.Testing.Faults;

/// <summary>A reverse proxy on loopback in front of any API server, that does to its clients what networks and busy servers do. Thread-safe.</summary>
public sealed class FaultProxy : IAsyncDisposable
{
    private const int RememberedLists = 4;

    private static readonly TimeSpan LongestDelay = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan LongestHold = TimeSpan.FromSeconds(2);

    private readonly HttpClient _server;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<string, List<byte[]>> _lists = [];
    private readonly WebApplication _web;

    private FaultProxy(HttpClient server, FaultPlan plan, TimeProvider time)
    {
        _server = server;
        _time = time;
        Plan = plan;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
        });
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.Zero);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _web = builder.Build();
        _web.Run(AnswerAsync);
    }

    /// <summary>Which request meets which fault.</summary>
    public FaultPlan Plan { get; }

    /// <summary>Where it listens.</summary>
    public Uri Address => new(_web.Urls.First());

    /// <summary>Starts one.</summary>
    /// <param name="server">A client of the API server with its address and trust, and without a time limit; the proxy hands credentials on. Disposed with the proxy.</param>
    /// <param name="plan">Which request meets which fault.</param>
    /// <param name="time">Clock of the delays.</param>
    /// <param name="cancellation">Gives up starting.</param>
    public static async Task<FaultProxy> StartAsync(HttpClient server, FaultPlan plan, TimeProvider time, CancellationToken cancellation)
    {
        var proxy = new FaultProxy(server, plan, time);
        await proxy._web.StartAsync(cancellation);
        return proxy;
    }

    /// <summary>Resets every connection.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        try
        {
            await _web.StopAsync(new CancellationToken(canceled: true));
        }
        catch (OperationCanceledException)
        {
            // no grace is what was asked for
        }

        await _web.DisposeAsync();
        _server.Dispose();
        _stopping.Dispose();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, _stopping.Token);
        try
        {
            var target = ApiTarget.Of(http.Request.Method, http.Request.Path, http.Request.QueryString.Value ?? "");
            var (fault, size) = Plan.Next(target);
            await AnswerAsync(http, target, fault, size, either.Token);
        }
        catch (Exception gone) when (gone is OperationCanceledException or HttpRequestException or IOException)
        {
            http.Abort(); // one of the two sides has hung up
        }
    }

    private async Task AnswerAsync(HttpContext http, ApiTarget target, Fault fault, double size, CancellationToken cancellation)
    {
        switch (fault)
        {
            case Fault.NoAnswer:
                await SilenceAsync(cancellation);
                break;
            case Fault.Reset:
                http.Abort();
                break;
            case Fault.Closed:
                http.Response.ContentType = "application/json";
                await http.Response.StartAsync(cancellation);
                break;
            case Fault.Conflict or Fault.Gone or Fault.TooManyRequests or Fault.InternalError or Fault.Unavailable or Fault.Unauthorized:
                await RefuseAsync(http, fault, cancellation);
                break;
            case Fault.StaleList when Earlier(http, size) is { } earlier:
                http.Response.ContentType = "application/json";
                await http.Response.Body.WriteAsync(earlier, cancellation);
                break;
            case Fault.Late:
                await LateAsync(http, size, cancellation);
                break;
            case Fault.Slow:
                await Task.Delay(LongestDelay * size, _time, cancellation);
                await ForwardAsync(http, target, fault, cancellation);
                break;
            default:
                await ForwardAsync(http, target, fault, cancellation);
                break;
        }
    }

    /// <summary>Carries a write out whether its sender still waits or not, as a network does that held it up.</summary>
    private async Task LateAsync(HttpContext http, double size, CancellationToken cancellation)
    {
        using var request = await CopyAsync(http, cancellation);
        await Task.Delay(LongestHold * (0.5 + (size / 2)), _time, _stopping.Token);
        using var answer = await _server.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, _stopping.Token);
        http.Abort();
    }

    private async Task ForwardAsync(HttpContext http, ApiTarget target, Fault fault, CancellationToken cancellation)
    {
        using var request = await CopyAsync(http, cancellation);
        using var answer = await _server.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        switch (fault)
        {
            case Fault.LostToError:
                await RefuseAsync(http, Fault.InternalError, cancellation);
                return;
            case Fault.LostToReset:
                http.Abort();
                return;
            case Fault.LostToSilence:
                await SilenceAsync(cancellation);
                return;
        }

        http.Response.StatusCode = (int)answer.StatusCode;
        http.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
        if (answer.Headers.RetryAfter is { } retryAfter)
        {
            http.Response.Headers.RetryAfter = retryAfter.ToString();
        }

        if (target.Verb == "watch" && answer.IsSuccessStatusCode)
        {
            await http.Response.StartAsync(cancellation);
            var events = new FaultyEvents(Plan, target, _time, http);
            await events.CopyAsync(await answer.Content.ReadAsStreamAsync(cancellation), fault == Fault.HalfOpen, cancellation);
            return;
        }

        var body = await answer.Content.ReadAsByteArrayAsync(cancellation);
        if (target.Verb == "list" && answer.IsSuccessStatusCode)
        {
            Remember(http, body);
        }

        if (fault == Fault.HalfOpen)
        {
            await http.Response.Body.WriteAsync(body.AsMemory(0, body.Length / 2), cancellation);
            await http.Response.Body.FlushAsync(cancellation);
            await SilenceAsync(cancellation);
        }

        await http.Response.Body.WriteAsync(body, cancellation);
    }

    internal Task SilenceAsync(CancellationToken cancellation) => Task.Delay(Timeout.InfiniteTimeSpan, _time, cancellation);

    private static async Task<HttpRequestMessage> CopyAsync(HttpContext http, CancellationToken cancellation)
    {
        var request = new HttpRequestMessage(new HttpMethod(http.Request.Method), $"{http.Request.Path.ToUriComponent()}{http.Request.QueryString.ToUriComponent()}");
        request.Headers.TryAddWithoutValidation("Accept", (IEnumerable<string?>)http.Request.Headers.Accept);
        if (http.Request.Headers.Authorization is { Count: > 0 } authorization)
        {
            request.Headers.TryAddWithoutValidation("Authorization", (IEnumerable<string?>)authorization);
        }

        if (http.Request.ContentType is { } type)
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body, cancellation);
            request.Content = new ByteArrayContent(body.ToArray()) { Headers = { ContentType = MediaTypeHeaderValue.Parse(type) } };
        }

        return request;
    }

    private static async Task RefuseAsync(HttpContext http, Fault fault, CancellationToken cancellation)
    {
        var (code, reason) = fault switch
        {
            Fault.Conflict => (409, "Conflict"),
            Fault.Gone => (410, "Expired"),
            Fault.TooManyRequests => (429, "TooManyRequests"),
            Fault.Unauthorized => (401, "Unauthorized"),
            Fault.Unavailable => (503, "ServiceUnavailable"),
            _ => (500, "InternalError"),
        };
        http.Response.StatusCode = code;
        http.Response.ContentType = "application/json";
        if (fault == Fault.TooManyRequests)
        {
            http.Response.Headers.RetryAfter = "1";
        }

        await http.Response.WriteAsync(StatusOf(code, reason), cancellation);
    }

    internal static string StatusOf(int code, string reason) => string.Create(
        CultureInfo.InvariantCulture, $$"""{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"a fault was injected: {{reason}}","reason":"{{reason}}","code":{{code}}}""");

    /// <summary>Keeps whole lists only: a page belongs to its snapshot.</summary>
    private void Remember(HttpContext http, byte[] body)
    {
        if (http.Request.Query.ContainsKey("continue"))
        {
            return;
        }

        var known = _lists.GetOrAdd(KeyOf(http), static _ => []);
        lock (known)
        {
            known.Add(body);
            if (known.Count > RememberedLists)
            {
                known.RemoveAt(0);
            }
        }
    }

    private byte[]? Earlier(HttpContext http, double size)
    {
        if (http.Request.Query.ContainsKey("continue") || !_lists.TryGetValue(KeyOf(http), out var known))
        {
            return null;
        }

        lock (known)
        {
            return known[(int)(size * known.Count)];
        }
    }

    private static string KeyOf(HttpContext http) => http.Request.Path + http.Request.QueryString;
}
