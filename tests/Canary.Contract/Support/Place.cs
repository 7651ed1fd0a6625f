using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using Canary.Sandbox.ApiServer;
using Xunit;

namespace Canary.Contract.Support;

/// <summary>A namespace of one test on one server, with a client that sends what it is told and hides nothing.</summary>
internal sealed class Place(RunningServer server, string ns)
{
    public const string Json = "application/json";
    public const string JsonPatch = "application/json-patch+json";
    public const string MergePatch = "application/merge-patch+json";
    public const string StrategicMerge = "application/strategic-merge-patch+json";
    public const string Apply = "application/apply-patch+yaml";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(20);

    public RunningServer Server { get; } = server;

    public string Namespace { get; } = ns;

    public string ConfigMaps => $"/api/v1/namespaces/{Namespace}/configmaps";

    public string Pods => $"/api/v1/namespaces/{Namespace}/pods";

    public string Deployments => $"/apis/apps/v1/namespaces/{Namespace}/deployments";

    public string ReplicaSets => $"/apis/apps/v1/namespaces/{Namespace}/replicasets";

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Path of the objects of a custom or another grouped kind.</summary>
    public string Of(string group, string version, string plural) => $"/apis/{group}/{version}/namespaces/{Namespace}/{plural}";

    public async Task<(int Code, JsonObject Body)> SendAsync(string method, string path, string? body = null, string contentType = Json)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8);
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        }

        using var response = await Server.Http.SendAsync(request, Cancellation);
        var text = await response.Content.ReadAsStringAsync(Cancellation);
        return ((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType == Json ? JsonTree.ParseObject(text) : new JsonObject { ["text"] = text });
    }

    /// <summary>Sends and requires success.</summary>
    public async Task<JsonObject> DoAsync(string method, string path, string? body = null, string contentType = Json)
    {
        var (code, answer) = await SendAsync(method, path, body, contentType);
        Assert.True(code is 200 or 201 or 202, $"{method} {path} answered {code}: {answer.ToJsonString()}");
        return answer;
    }

    public Task<JsonObject> GetAsync(string path) => DoAsync("GET", path);

    /// <summary>Requires a refusal, and returns what it says.</summary>
    public async Task<JsonObject> RefusedAsync(int expected, string method, string path, string? body = null, string contentType = Json)
    {
        var (code, answer) = await SendAsync(method, path, body, contentType);
        Assert.True(code == expected, $"{method} {path} answered {code} instead of {expected}: {answer.ToJsonString()}");
        return answer;
    }

    /// <summary>The lines of a watch, parsed, until the server ends it or the caller has enough.</summary>
    public async IAsyncEnumerable<JsonObject> WatchAsync(string path, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        using var response = await Server.Http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        response.EnsureSuccessStatusCode();
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(limit.Token));
        while (await reader.ReadLineAsync(limit.Token) is { } line)
        {
            yield return JsonTree.ParseObject(line);
        }
    }

    /// <summary>The first lines of a watch.</summary>
    public ValueTask<List<JsonObject>> FirstAsync(string path, int lines) => WatchAsync(path, Cancellation).Take(lines).ToListAsync(Cancellation);

    /// <summary>Asks again and again until the answer is as wanted.</summary>
    public async Task<JsonObject> UntilAsync(string path, Func<int, JsonObject, bool> wanted, string what)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var (code, body) = await SendAsync("GET", path);
            if (wanted(code, body))
            {
                return body;
            }

            if (TimeProvider.System.GetElapsedTime(started) > Patience)
            {
                Assert.Fail($"{path}: not within {Patience.TotalSeconds} s: {what}; last seen: {code} {body.ToJsonString()}\n{Server.Tail()}");
            }

            await Task.Delay(Beat, TimeProvider.System, Cancellation);
        }
    }

    public Task<JsonObject> GoneAsync(string path) => UntilAsync(path, (code, _) => code == 404, "it is gone");
}
