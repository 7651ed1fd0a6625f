using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using k8s;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Canary.Sandbox.ApiServer;

/// <summary>A server on a free port with its own clients, for one test.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    private readonly HttpClient _http;

    private RunningServer(SandboxApiServer server)
    {
        Server = server;
        _http = new HttpClient { BaseAddress = server.Address };
        Client = new k8s.Kubernetes(new KubernetesClientConfiguration { Host = server.Address.ToString(), UserAgent = "test-client" });
    }

    public SandboxApiServer Server { get; }

    public k8s.Kubernetes Client { get; }

    /// <summary>The <c>Warning</c> headers of the last raw answer.</summary>
    public IReadOnlyList<string> Warnings { get; private set; } = [];

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<RunningServer> StartAsync(SandboxApiServerOptions? options = null, FakeTimeProvider? time = null) =>
        new(await SandboxApiServer.StartAsync(options ?? new(), time ?? TimeProvider.System, NullLoggerFactory.Instance, Cancellation));

    public async Task<(int Code, JsonObject Body)> SendAsync(
        string method, string path, string? body = null, string contentType = "application/json", string? accept = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.UserAgent.ParseAdd("raw-client/1.0");
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8);
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        }

        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        using var response = await _http.SendAsync(request, Cancellation);
        Warnings = [.. response.Headers.Warning.Select(warning => warning.Text)];
        var text = await response.Content.ReadAsStringAsync(Cancellation);
        return ((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType == "application/json" ? JsonTree.ParseObject(text) : new JsonObject { ["text"] = text });
    }

    /// <summary>Sends and requires success.</summary>
    public async Task<JsonObject> DoAsync(string method, string path, string? body = null, string contentType = "application/json")
    {
        var (code, answer) = await SendAsync(method, path, body, contentType);
        Assert.True(code is 200 or 201, $"{method} {path} answered {code}: {answer.ToJsonString()}");
        return answer;
    }

    /// <summary>The lines of a watch, parsed, until the server ends it.</summary>
    public async IAsyncEnumerable<JsonObject> WatchAsync(string path, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using var response = await _http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, cancellation);
        response.EnsureSuccessStatusCode();
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellation));
        while (await reader.ReadLineAsync(cancellation) is { } line)
        {
            yield return JsonTree.ParseObject(line);
        }
    }

    /// <summary>Asks again and again until the answer is as wanted; the test's own timeout ends it otherwise.</summary>
    public async Task UntilAsync(string path, Func<int, JsonObject, bool> wanted)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        while (true)
        {
            var (code, body) = await SendAsync("GET", path);
            if (wanted(code, body))
            {
                return;
            }

            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        _http.Dispose();
        await Server.DisposeAsync();
    }
}
