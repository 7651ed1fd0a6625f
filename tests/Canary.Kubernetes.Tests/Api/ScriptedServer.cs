using System.Net;
using System.Threading.Channels;
using Xunit;

namespace Canary.Kubernetes.Tests.Api;

/// <summary>Plays the API server at the place of the connection: the test takes each request as it comes and answers it when and how it likes.</summary>
internal sealed class ScriptedServer : DelegatingHandler
{
    private readonly Channel<ScriptedRequest> _requests = Channel.CreateUnbounded<ScriptedRequest>();
    private int _received;

    /// <summary>Requests received so far.</summary>
    public int Received => Volatile.Read(ref _received);

    /// <summary>The next request; fails the test when none comes.</summary>
    public async Task<ScriptedRequest> NextAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(20));
        return await _requests.Reader.ReadAsync(patience.Token);
    }

    /// <summary>The next request, moving the clock on in steps until it comes.</summary>
    public async Task<ScriptedRequest> NextAsync(FakeClock time, TimeSpan step)
    {
        ScriptedRequest? request = null;
        await time.AdvanceUntilAsync(() => _requests.Reader.TryRead(out request), step);
        return request!;
    }

    public bool HasRequest => _requests.Reader.Count > 0;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _received);
        var body = request.Content is null ? null : await request.Content.ReadAsStringAsync(cancellationToken);
        var received = new ScriptedRequest(request.Method, request.RequestUri!.PathAndQuery, body, request.Content?.Headers.ContentType?.MediaType);
        await _requests.Writer.WriteAsync(received, cancellationToken);
        return await received.Answer.Task.WaitAsync(cancellationToken);
    }
}

/// <summary>One request and the ways to answer it.</summary>
internal sealed record ScriptedRequest(HttpMethod Method, string PathAndQuery, string? Body, string? MediaType)
{
    public TaskCompletionSource<HttpResponseMessage> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsWatch => PathAndQuery.Contains("watch=true", StringComparison.Ordinal);

    public string Query(string name) =>
        PathAndQuery.Split('?', 2).ElementAtOrDefault(1)?.Split('&').Select(pair => pair.Split('=', 2)).FirstOrDefault(pair => pair[0] == name)?[1] is { } value
            ? Uri.UnescapeDataString(value)
            : "";

    public void Respond(string json, HttpStatusCode status = HttpStatusCode.OK, TimeSpan? retryAfter = null)
    {
        var response = new HttpResponseMessage(status) { Content = new StringContent(json) };
        if (retryAfter is { } wait)
        {
            response.Headers.RetryAfter = new(wait);
        }

        Answer.SetResult(response);
    }

    public void RespondStatus(int code, string reason, TimeSpan? retryAfter = null, string details = "{}") =>
        Respond(
            $$"""{"kind":"Status","apiVersion":"v1","status":"Failure","message":"because {{reason}}","reason":"{{reason}}","details":{{details}},"code":{{code}}}""",
            (HttpStatusCode)code,
            retryAfter);

    public void RespondList(string version, params string[] items) => RespondPage(version, "", items);

    public void RespondPage(string version, string next, params string[] items) =>
        Respond($$"""{"kind":"List","apiVersion":"v1","metadata":{"resourceVersion":"{{version}}","continue":"{{next}}"},"items":[{{string.Join(',', items)}}]}""");

    public WatchStream RespondWatch()
    {
        var stream = new WatchStream();
        Answer.SetResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(stream) });
        return stream;
    }

    public void Break(Exception? exception = null) =>
        Answer.SetException(exception ?? new HttpRequestException(HttpRequestError.ResponseEnded, "the connection was closed"));

    public void Refuse() => Break(new HttpRequestException(HttpRequestError.ConnectionError, "connection refused"));
}
