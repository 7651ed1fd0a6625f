using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Canary.Kubernetes.Tests.Api;
using Canary.Kubernetes.Tests.Traffic;

namespace Canary.Kubernetes.Tests.Store;

/// <summary>An API server in memory: objects of any kind with versions, uids, status subresource, watches and discovery. Answers at the place of the connection.</summary>
internal sealed class FakeCluster : DelegatingHandler
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, JsonObject> _objects = [];
    private readonly List<(string Collection, WatchStream Stream)> _watches = [];
    private readonly Dictionary<string, (int Code, string Reason, string Message)> _failures = [];
    private long _version = 100;

    /// <summary>Every write as <c>VERB plural/name[/subresource]</c>, in the order they came.</summary>
    public List<string> Writes { get; } = [];

    /// <summary>Runs before each request is answered, for writes that come in between; gets <c>VERB plural/name</c>.</summary>
    public Action<string>? Before { get; set; }

    /// <summary>Versions of <c>networking.istio.io</c> that are served.</summary>
    public IReadOnlyList<string> MeshVersions { get; set; } = ["v1"];

    /// <summary>Makes requests fail, named as in <see cref="Before"/>, or <c>LIST plural</c>.</summary>
    public void Fail(string request, int code, string reason, string? message = null)
    {
        lock (_lock)
        {
            _failures[request] = (code, reason, message ?? $"because {reason}");
        }
    }

    /// <summary>Lets requests succeed again.</summary>
    public void Mend(string request)
    {
        lock (_lock)
        {
            _failures.Remove(request);
        }
    }

    public JsonObject? Find(string plural, string name, string ns = "shop")
    {
        lock (_lock)
        {
            return _objects.GetValueOrDefault($"{plural}/{ns}/{name}")?.DeepClone().AsObject();
        }
    }

    public JsonObject Put(string plural, JsonObject resource)
    {
        lock (_lock)
        {
            return Store(plural, resource.DeepClone().AsObject());
        }
    }

    public JsonObject Edit(string plural, string name, Action<JsonObject> edit)
    {
        lock (_lock)
        {
            var copy = _objects[$"{plural}/shop/{name}"].DeepClone().AsObject();
            edit(copy);
            return Store(plural, copy);
        }
    }

    public void Remove(string plural, string name, string ns = "shop")
    {
        lock (_lock)
        {
            Drop($"{plural}/{ns}/{name}");
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? null : JsonNode.Parse(await request.Content.ReadAsStringAsync(cancellationToken));
        var path = request.RequestUri!.AbsolutePath.Trim('/').Split('/').Select(Uri.UnescapeDataString).ToArray();
        if (path is ["apis", "networking.istio.io", ..])
        {
            if (path.Length == 2)
            {
                return MeshVersions.Count == 0
                    ? Status(404, "NotFound")
                    : Json(200, new JsonObject { ["versions"] = new JsonArray([.. MeshVersions.Select(version => new JsonObject { ["version"] = version })]) });
            }

            if (path.Length == 3)
            {
                return Json(200, new JsonObject { ["resources"] = new JsonArray(new JsonObject { ["name"] = "virtualservices" }, new JsonObject { ["name"] = "destinationrules" }) });
            }
        }

        var rest = path[0] == "api" ? path[2..] : path[3..];
        var ns = "";
        if (rest is ["namespaces", var named, _, ..])
        {
            (ns, rest) = (named, rest[2..]);
        }

        var (plural, name, subresource) = (rest[0], rest.ElementAtOrDefault(1), rest.ElementAtOrDefault(2));
        if (name is null && request.Method == HttpMethod.Get)
        {
            return request.RequestUri.Query.Contains("watch=true", StringComparison.Ordinal) ? Watch(plural) : List(plural, path);
        }

        name ??= (string)body!["metadata"]!["name"]!;
        var title = $"{request.Method} {plural}/{name}{(subresource is null ? "" : "/" + subresource)}";
        Before?.Invoke(title);
        lock (_lock)
        {
            if (request.Method != HttpMethod.Get)
            {
                Writes.Add(title);
            }

            return _failures.TryGetValue(title, out var failure) ? Status(failure.Code, failure.Reason, failure.Message) : Answer(request, plural, ns, name, subresource, body);
        }
    }

    private HttpResponseMessage Answer(HttpRequestMessage request, string plural, string ns, string name, string? subresource, JsonNode? body)
    {
        var key = $"{plural}/{ns}/{name}";
        var found = _objects.GetValueOrDefault(key);
        if (request.Method == HttpMethod.Post)
        {
            return found is not null ? Status(409, "AlreadyExists") : Json(201, Store(plural, body!.AsObject()));
        }

        if (found is null)
        {
            return Status(404, "NotFound");
        }

        switch (request.Method.Method)
        {
            case "GET":
                return Json(200, found);
            case "DELETE":
                var wanted = body?["preconditions"];
                if (Differs(wanted?["uid"], found["metadata"]!["uid"]) || Differs(wanted?["resourceVersion"], found["metadata"]!["resourceVersion"]))
                {
                    return Status(409, "Conflict");
                }

                Drop(key);
                return Status(200, "");
            case "PUT":
                if (Differs(body!["metadata"]!["resourceVersion"], found["metadata"]!["resourceVersion"]) || Differs(body["metadata"]!["uid"], found["metadata"]!["uid"]))
                {
                    return Status(409, "Conflict");
                }

                var put = subresource == "status" ? found.DeepClone().AsObject() : body.DeepClone().AsObject();
                if (subresource == "status")
                {
                    put["status"] = body["status"]?.DeepClone();
                }

                return Json(200, Store(plural, put));
            default:
                try
                {
                    var patched = body is JsonArray operations ? TestPatch.Apply(found, operations) : Merge(found.DeepClone(), body!).AsObject();
                    return Differs(patched["metadata"]!["uid"], found["metadata"]!["uid"]) ? Status(409, "Conflict") : Json(200, Store(plural, patched));
                }
                catch (TestFailedException)
                {
                    return Status(422, "Invalid");
                }
        }
    }

    private JsonObject Store(string plural, JsonObject resource)
    {
        var metadata = resource["metadata"]!.AsObject();
        var key = $"{plural}/{(string?)metadata["namespace"]}/{(string)metadata["name"]!}";
        var found = _objects.GetValueOrDefault(key);
        metadata["resourceVersion"] = (string?)found?["metadata"]!["resourceVersion"];
        if (found is not null && MeshYaml.Canonical(found) == MeshYaml.Canonical(resource))
        {
            return found; // an unchanged object costs no write
        }

        metadata["uid"] ??= $"uid-{(string?)resource["kind"]}-{(string)metadata["name"]!}";
        metadata["generation"] = found is null ? 1 : (long)found["metadata"]!["generation"]! + (MeshYaml.Canonical(found["spec"]) == MeshYaml.Canonical(resource["spec"]) ? 0 : 1);
        metadata["resourceVersion"] = (++_version).ToString(CultureInfo.InvariantCulture);
        metadata["creationTimestamp"] ??= "2026-11-23T10:00:00Z";
        _objects[key] = resource;
        Tell(plural, found is null ? "ADDED" : "MODIFIED", resource);
        var answer = resource.DeepClone().AsObject();
        if (metadata["deletionTimestamp"] is not null && metadata["finalizers"] is not JsonArray { Count: > 0 })
        {
            Drop(key);
        }

        return answer;
    }

    private void Drop(string key)
    {
        if (_objects.Remove(key, out var found))
        {
            found["metadata"]!["resourceVersion"] = (++_version).ToString(CultureInfo.InvariantCulture);
            Tell(key.Split('/')[0], "DELETED", found);
        }
    }

    private void Tell(string plural, string type, JsonObject resource)
    {
        foreach (var (_, stream) in _watches.Where(watch => watch.Collection == plural))
        {
            stream.Event(type, resource.ToJsonString());
        }
    }

    private HttpResponseMessage List(string plural, string[] path)
    {
        lock (_lock)
        {
            if (path is ["apis", "networking.istio.io", var version, ..] && !MeshVersions.Contains(version))
            {
                return Status(404, "NotFound");
            }

            if (_failures.TryGetValue($"LIST {plural}", out var failure))
            {
                return Status(failure.Code, failure.Reason, failure.Message);
            }

            var items = _objects.Where(pair => pair.Key.StartsWith(plural + "/", StringComparison.Ordinal)).Select(pair => pair.Value.DeepClone()).ToArray();
            return Json(200, new JsonObject
            {
                ["metadata"] = new JsonObject { ["resourceVersion"] = _version.ToString(CultureInfo.InvariantCulture) },
                ["items"] = new JsonArray(items),
            });
        }
    }

    // A watch that begins later than its list would miss nothing here: tests change objects once the caches are ready, and caches open watches right after.
    private HttpResponseMessage Watch(string plural)
    {
        lock (_lock)
        {
            var stream = new WatchStream();
            _watches.Add((plural, stream));
            foreach (var (_, resource) in _objects.Where(pair => pair.Key.StartsWith(plural + "/", StringComparison.Ordinal)))
            {
                stream.Event("MODIFIED", resource.ToJsonString());
            }

            return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(stream) };
        }
    }

    private static bool Differs(JsonNode? wanted, JsonNode? found) => wanted is not null && (string?)wanted != (string?)found;

    private static JsonNode Merge(JsonNode target, JsonNode patch)
    {
        foreach (var (name, value) in patch.AsObject())
        {
            if (value is null)
            {
                target.AsObject().Remove(name);
            }
            else if (value is JsonObject)
            {
                target[name] = Merge((target[name] as JsonObject)?.DeepClone() ?? new JsonObject(), value);
            }
            else
            {
                target[name] = value.DeepClone();
            }
        }

        return target;
    }

    private static HttpResponseMessage Status(int code, string reason, string? message = null) => Json(
        code,
        new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["status"] = code < 300 ? "Success" : "Failure", ["reason"] = reason, ["message"] = message ?? $"because {reason}", ["code"] = code });

    private static HttpResponseMessage Json(int code, JsonObject body) =>
        new((HttpStatusCode)code) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json") };
}
