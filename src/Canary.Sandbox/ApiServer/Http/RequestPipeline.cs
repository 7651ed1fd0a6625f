using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Canary.Sandbox.ApiServer;

/// <summary>From an HTTP request to its answer: seams for tests, discovery, reviews, resources, watches, errors.</summary>
internal sealed partial class RequestPipeline(
    ResourceRegistry registry,
    ClusterStore stores,
    ResourceHandler resources,
    DiscoveryHandler discovery,
    WatchStreamer watches,
    ILogger<RequestPipeline> log,
    CancellationToken stopping)
{
    public Func<HttpContext, Task<bool>>? Interceptor { get; set; }

    public Func<HttpContext, ApiRequestObservation, Task<bool>>? ResponseInterceptor { get; set; }

    public Action<ApiRequestObservation>? Received { get; set; }

    public Action<ApiRequestObservation>? Completed { get; set; }

    public async Task HandleAsync(HttpContext http)
    {
        try
        {
            if (Interceptor is { } interceptor && await interceptor(http).ConfigureAwait(false))
            {
                return;
            }

            await AnswerAsync(http).ConfigureAwait(false);
        }
        catch (Exception left) when (left is OperationCanceledException or IOException && (http.RequestAborted.IsCancellationRequested || stopping.IsCancellationRequested))
        {
            LogLeft(http.Request.Path.Value ?? "");
        }
    }

    private async Task AnswerAsync(HttpContext http)
    {
        ApiRequest request;
        try
        {
            request = await ApiRequest.ReadAsync(http).ConfigureAwait(false);
        }
        catch (ApiException tooLarge)
        {
            await WriteAsync(http, ApiResponse.Json(tooLarge.Code, tooLarge.ToStatus()), [], http.RequestAborted).ConfigureAwait(false);
            return;
        }

        Received?.Invoke(Observe(request, 0));
        var warnings = new List<string>();
        var response = await ExecuteAsync(request, warnings).ConfigureAwait(false);
        if (response is null)
        {
            return; // a watch, which has ended
        }

        if (Completed is not null || ResponseInterceptor is not null)
        {
            var observed = Observe(request, response.Code);
            Completed?.Invoke(observed);
            if (ResponseInterceptor is { } interceptor && await interceptor(http, observed).ConfigureAwait(false))
            {
                return;
            }
        }

        await WriteAsync(http, response, warnings, http.RequestAborted).ConfigureAwait(false);
    }

    private async Task<ApiResponse?> ExecuteAsync(ApiRequest request, List<string> warnings)
    {
        try
        {
            if (request.Target is not { } target)
            {
                return discovery.Handle(request) ?? ApiResponse.UnknownPath();
            }

            if (ReviewHandler.Handle(request) is { } review)
            {
                return review;
            }

            if (registry.Find(target.Group, target.Version, target.Plural) is not { } view)
            {
                return ApiResponse.UnknownPath();
            }

            if (request.Verb == "watch" && request.Target.Subresource.Length == 0)
            {
                Completed?.Invoke(Observe(request, 200));
                await watches.StreamAsync(request, view, stores.For(view.Kind), WatchFilter(request, view), stopping).ConfigureAwait(false);
                return null;
            }

            var options = request.WriteOptions();
            var response = resources.Handle(request, view, options);
            warnings.AddRange(options.Warnings);
            return response;
        }
        catch (ApiException refused) when (!request.Http.Response.HasStarted)
        {
            return ApiResponse.Json(refused.Code, refused.ToStatus());
        }
        catch (Exception bug) when (bug is not OperationCanceledException and not IOException && !request.Http.Response.HasStarted)
        {
            LogFailed(bug, request.Method, request.Path);
            return ApiResponse.Json(500, ApiErrors.Internal(bug.Message).ToStatus());
        }
    }

    // a watch of one object by its path is a watch of the list by its name
    private static WatchFilter WatchFilter(ApiRequest request, ResourceView view)
    {
        var filter = ResourceHandler.Filter(request, view);
        return request.Target is { Name.Length: > 0 } target
            ? filter with { Fields = FieldSelector.Parse($"metadata.name={target.Name}", view.Kind) }
            : filter;
    }

    private static ApiRequestObservation Observe(ApiRequest request, int code) =>
        new(request.Verb, request.Path, request.Http.Request.QueryString.Value ?? "", request.UserAgent, Encoding.UTF8.GetString(request.Body), code);

    private static async Task WriteAsync(HttpContext http, ApiResponse response, List<string> warnings, CancellationToken cancellation)
    {
        http.Response.StatusCode = response.Code;
        http.Response.ContentType = response.ContentType;
        http.Response.ContentLength = response.Body.Length;
        foreach (var warning in warnings)
        {
            http.Response.Headers.Append("Warning", $"299 - \"{warning.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"");
        }

        if (http.Request.Method != "HEAD")
        {
            await http.Response.BodyWriter.WriteAsync(response.Body, cancellation).ConfigureAwait(false);
        }
    }

    [LoggerMessage(EventId = 7010, Level = LogLevel.Error, Message = "Failed to answer {Method} {Path}")]
    private partial void LogFailed(Exception exception, string method, string path);

    [LoggerMessage(EventId = 7011, Level = LogLevel.Debug, Message = "The client of {Path} left")]
    private partial void LogLeft(string path);
}
