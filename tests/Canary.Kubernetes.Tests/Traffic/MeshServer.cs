using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Canary.Kubernetes.Traffic;

namespace Canary.Kubernetes.Tests.Traffic;

/// <summary>An API server of a few objects, which can be told to fail. Answers every request itself.</summary>
internal sealed class MeshServer : DelegatingHandler
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, JsonObject> _objects = [];
    private readonly Dictionary<string, HttpStatusCode> _failures = [];
    private int _version = 100;

    /// <summary>Every request as <c>VERB name</c>, in the order they came.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>Runs before each request is answered, for writes that come in between.</summary>
    public Action<string>? Before { get; set; }

    public void Put(JsonObject resource)
    {
        lock (_lock)
        {
            var copy = (JsonObject)resource.DeepClone();
            copy["metadata"]!["resourceVersion"] = $"{++_version}";
            copy["metadata"]!["uid"] ??= $"uid-{resource.Name()}";
            _objects[$"{resource["kind"]}/{resource.Name()}"] = copy;
        }
    }

    public JsonObject? Find(string key)
    {
        lock (_lock)
        {
            return (JsonObject?)_objects.GetValueOrDefault(key)?.DeepClone();
        }
    }

    public void Edit(string key, Action<JsonObject> edit)
    {
        var copy = Find(key)!;
        edit(copy);
        Put(copy);
    }

    public void Fail(string key, HttpStatusCode status) => _failures[key] = status;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var segments = request.RequestUri!.AbsolutePath.Split('/');
        var kind = segments.Contains("virtualservices") ? "VirtualService" : "DestinationRule";
        var body = request.Content is null ? null : JsonNode.Parse(await request.Content.ReadAsStringAsync(cancellationToken));
        var key = $"{kind}/{(request.Method == HttpMethod.Post ? (string)body!["metadata"]!["name"]! : segments[^1])}";
        Before?.Invoke($"{request.Method} {key}");
        lock (_lock)
        {
            Requests.Add($"{request.Method} {key}");
            return Answer(request.Method, key, body);
        }
    }

    private HttpResponseMessage Answer(HttpMethod method, string key, JsonNode? body)
    {
        if (_failures.TryGetValue(key, out var failure))
        {
            return Status(failure, "Forbidden", "not allowed");
        }

        if (method == HttpMethod.Post)
        {
            if (_objects.ContainsKey(key))
            {
                return Status(HttpStatusCode.Conflict, "AlreadyExists", "already exists");
            }

            Put((JsonObject)body!);
            return Json(HttpStatusCode.Created, _objects[key]);
        }

        if (!_objects.TryGetValue(key, out var found))
        {
            return Status(HttpStatusCode.NotFound, "NotFound", "not found");
        }

        if (method == HttpMethod.Delete)
        {
            if ((string?)body?["preconditions"]?["resourceVersion"] is { } version && version != (string?)found["metadata"]!["resourceVersion"])
            {
                return Status(HttpStatusCode.Conflict, "Conflict", "the resourceVersion does not match");
            }

            _objects.Remove(key);
            return Status(HttpStatusCode.OK, "", "deleted");
        }

        if (method == HttpMethod.Patch)
        {
            try
            {
                Put(TestPatch.Apply(found, (JsonArray)body!));
            }
            catch (TestFailedException)
            {
                return Status(HttpStatusCode.UnprocessableEntity, "Invalid", "the server rejected our request due to an error in our request");
            }
        }

        return Json(HttpStatusCode.OK, _objects[key]);
    }

    private static HttpResponseMessage Status(HttpStatusCode code, string reason, string message) => Json(
        code,
        new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["status"] = code == HttpStatusCode.OK ? "Success" : "Failure", ["reason"] = reason, ["message"] = message, ["code"] = (int)code });

    private static HttpResponseMessage Json(HttpStatusCode code, JsonObject body) => new(code) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json") };
}
