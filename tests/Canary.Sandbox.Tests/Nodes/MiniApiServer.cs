using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using k8s;

namespace Canary.Sandbox.Tests.Nodes;

/// <summary>Just enough of the Kubernetes protocol for these tests: objects by path, merge patches with preconditions, equality selectors, watches.</summary>
internal sealed class MiniApiServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Dictionary<string, JsonObject> _objects = new(StringComparer.Ordinal);
    private readonly List<(long Version, string Type, JsonObject Resource, string Collection)> _events = [];
    private readonly List<Channel<bool>> _watchers = [];
    private readonly Lock _lock = new();
    private long _version = 1;

    private MiniApiServer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Map("{**path}", HandleAsync);
    }

    public KubernetesClientConfiguration Configuration => new() { Host = _app.Urls.First() };

    public static async Task<MiniApiServer> StartAsync()
    {
        var server = new MiniApiServer();
        await server._app.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    /// <summary>All objects whose path has this plural, copies.</summary>
    public List<JsonObject> All(string plural)
    {
        lock (_lock)
        {
            return [.. _objects.Where(entry => entry.Key.Contains($"/{plural}/", StringComparison.Ordinal)).OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => (JsonObject)entry.Value.DeepClone())];
        }
    }

    public JsonObject? Find(string plural, string name) => All(plural).Find(item => (string?)item["metadata"]!["name"] == name);

    public void Put(JsonObject resource)
    {
        var plural = (string)resource["kind"]! == "Endpoints" ? "endpoints" : ((string)resource["kind"]!).ToLowerInvariant() + "s";
        var group = (string)resource["apiVersion"]!;
        var prefix = group.Contains('/', StringComparison.Ordinal) ? $"/apis/{group}" : $"/api/{group}";
        var collection = $"{prefix}/namespaces/{(string)resource["metadata"]!["namespace"]!}/{plural}";
        lock (_lock)
        {
            Store(collection, (JsonObject)resource.DeepClone());
        }
    }

    public void Patch(string plural, string name, string json)
    {
        lock (_lock)
        {
            var (path, current) = _objects.Single(entry => entry.Key.EndsWith($"/{plural}/{name}", StringComparison.Ordinal));
            var changed = (JsonObject)current.DeepClone();
            Merge(changed, (JsonObject)JsonNode.Parse(json)!);
            Store(path[..path.LastIndexOf('/')], changed);
        }
    }

    public void Delete(string plural, string name)
    {
        lock (_lock)
        {
            Remove(_objects.Keys.Single(path => path.EndsWith($"/{plural}/{name}", StringComparison.Ordinal)));
        }
    }

    private static void Merge(JsonObject target, JsonObject patch)
    {
        foreach (var (field, value) in patch)
        {
            if (value is JsonObject inner)
            {
                if (target[field] is not JsonObject)
                {
                    target[field] = new JsonObject();
                }

                Merge((JsonObject)target[field]!, inner);
            }
            else if (value is null)
            {
                target.Remove(field);
            }
            else
            {
                target[field] = value.DeepClone();
            }
        }
    }

    private static bool Selected(JsonObject resource, string? selector) => string.IsNullOrEmpty(selector) || selector.Split(',').All(part =>
        (string?)resource["metadata"]?["labels"]?[part.Split('=')[0]] == part.Split('=')[1]);

    private static Task FailAsync(HttpContext context, int code, string reason)
    {
        context.Response.StatusCode = code;
        return WriteAsync(context, new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["status"] = "Failure", ["code"] = code, ["reason"] = reason, ["message"] = $"{reason}: {context.Request.GetEncodedPathAndQuery()}" });
    }

    private static Task WriteAsync(HttpContext context, JsonNode body)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(body.ToJsonString(), context.RequestAborted);
    }

    private JsonObject Store(string collection, JsonObject resource)
    {
        var metadata = (JsonObject)resource["metadata"]!;
        var path = $"{collection}/{(string)metadata["name"]!}";
        var exists = _objects.TryGetValue(path, out var before);
        if (exists && !JsonNode.DeepEquals(before!["spec"], resource["spec"]))
        {
            metadata["generation"] = (metadata["generation"]?.GetValue<long>() ?? 1) + 1;
        }

        metadata["uid"] ??= Guid.NewGuid().ToString();
        metadata["generation"] ??= 1;
        metadata["creationTimestamp"] ??= "2026-11-23T12:00:00Z";
        metadata["resourceVersion"] = (++_version).ToString(CultureInfo.InvariantCulture);
        resource = (JsonObject)JsonNode.Parse(resource.ToJsonString())!;
        _objects[path] = resource;
        Tell(exists ? "MODIFIED" : "ADDED", resource, collection);
        return resource;
    }

    private void Remove(string path)
    {
        var gone = (JsonObject)_objects[path].DeepClone();
        gone["metadata"]!["resourceVersion"] = (++_version).ToString(CultureInfo.InvariantCulture);
        _objects.Remove(path);
        Tell("DELETED", gone, path[..path.LastIndexOf('/')]);
    }

    private void Tell(string type, JsonObject resource, string collection)
    {
        _events.Add((_version, type, resource, collection));
        _watchers.ForEach(watcher => watcher.Writer.TryWrite(true));
    }

    private async Task HandleAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        if (path == "/apis/networking.istio.io")
        {
            await WriteAsync(context, JsonNode.Parse("""{"versions": [{"version": "v1"}]}""")!);
        }
        else if (path == "/apis/networking.istio.io/v1")
        {
            await WriteAsync(context, JsonNode.Parse("""{"resources": [{"name": "virtualservices"}, {"name": "destinationrules"}]}""")!);
        }
        else if (context.Request.Query["watch"] == "true")
        {
            await WatchAsync(context, path);
        }
        else
        {
            var body = context.Request.Method is "POST" or "PATCH" or "DELETE" ? await new StreamReader(context.Request.Body, Encoding.UTF8).ReadToEndAsync(context.RequestAborted) : "";
            var (code, answer) = Answer(context.Request, path, body);
            await (answer is null ? FailAsync(context, code, code == 404 ? "NotFound" : code == 409 ? "Conflict" : "Invalid") : WriteAsync(context, answer));
        }
    }

    private (int Code, JsonNode? Answer) Answer(HttpRequest request, string path, string body)
    {
        lock (_lock)
        {
            var target = path.EndsWith("/status", StringComparison.Ordinal) ? path[..^7] : path;
            var given = body.Length == 0 ? null : (JsonObject)JsonNode.Parse(body)!;
            switch (request.Method)
            {
                case "POST":
                    return _objects.ContainsKey($"{path}/{(string)given!["metadata"]!["name"]!}") ? (409, null) : (201, Store(path, given).DeepClone());
                case "PATCH" when _objects.TryGetValue(target, out var current):
                    var wanted = given!["metadata"];
                    if ((wanted?["resourceVersion"] is { } version && (string)version! != (string)current["metadata"]!["resourceVersion"]!)
                        || (wanted?["uid"] is { } uid && (string)uid! != (string)current["metadata"]!["uid"]!))
                    {
                        return (409, null);
                    }

                    var changed = (JsonObject)current.DeepClone();
                    Merge(changed, target == path ? given : new JsonObject { ["status"] = given["status"]!.DeepClone() });
                    return (200, Store(target[..target.LastIndexOf('/')], changed).DeepClone());
                case "DELETE" when _objects.TryGetValue(path, out var gone):
                    Remove(path);
                    return (200, gone.DeepClone());
                case "GET" when _objects.TryGetValue(path, out var found):
                    return (200, found.DeepClone());
                case "GET" when path.Split('/')[^1].EndsWith('s'):
                    var selector = (string?)request.Query["labelSelector"];
                    var items = _objects.Where(entry => IsIn(entry.Key[..entry.Key.LastIndexOf('/')], path) && Selected(entry.Value, selector)).Select(entry => entry.Value.DeepClone());
                    return (200, new JsonObject { ["metadata"] = new JsonObject { ["resourceVersion"] = _version.ToString(CultureInfo.InvariantCulture) }, ["items"] = new JsonArray([.. items]) });
                default:
                    return (404, null);
            }
        }
    }

    private static bool IsIn(string collection, string path)
    {
        var cut = collection.IndexOf("/namespaces/", StringComparison.Ordinal);
        return collection == path || $"{collection[..cut]}/{collection.Split('/')[^1]}" == path;
    }

    private async Task WatchAsync(HttpContext context, string path)
    {
        var wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        var next = 0;
        var from = long.Parse(context.Request.Query["resourceVersion"].ToString(), CultureInfo.InvariantCulture);
        lock (_lock)
        {
            _watchers.Add(wake);
        }

        context.Response.ContentType = "application/json";
        await context.Response.StartAsync(context.RequestAborted);
        try
        {
            while (true)
            {
                var text = new StringBuilder();
                lock (_lock)
                {
                    for (; next < _events.Count; next++)
                    {
                        var (version, type, resource, collection) = _events[next];
                        if (version > from && IsIn(collection, path))
                        {
                            text.Append(new JsonObject { ["type"] = type, ["object"] = resource.DeepClone() }.ToJsonString()).Append('\n');
                        }
                    }
                }

                if (text.Length > 0)
                {
                    await context.Response.WriteAsync(text.ToString(), context.RequestAborted);
                }

                await wake.Reader.ReadAsync(context.RequestAborted);
            }
        }
        catch (OperationCanceledException)
        {
            lock (_lock)
            {
                _watchers.Remove(wake);
            }
        }
    }
}
