using System.Net;
using System.Text.Json.Nodes;

namespace Canary.Kubernetes.Tests.Leadership;

/// <summary>A replica's way to the Leases, by HTTP.</summary>
internal sealed class LeaseLink(LeaseWorld world) : DelegatingHandler
{
    /// <summary>Requests vanish without an answer while this is set.</summary>
    public volatile bool Hangs;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (Hangs)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }

        var name = request.RequestUri!.Segments[^1]; // every request has one
        var body = request.Content is null ? null : (JsonObject?)JsonNode.Parse(await request.Content.ReadAsStringAsync(CancellationToken.None));
        if (request.Method == HttpMethod.Get)
        {
            return Answer(200, new JsonObject { ["metadata"] = new JsonObject { ["resourceVersion"] = "1" }, ["items"] = new JsonArray([.. world.All]) });
        }

        if (request.Method == HttpMethod.Delete)
        {
            return Answer(world.Delete(name, (string?)body!["preconditions"]!["resourceVersion"]) ? 200 : 404, []);
        }

        var (stored, code) = world.Write(body!);
        return Answer(code, stored ?? new JsonObject { ["kind"] = "Status", ["code"] = code, ["reason"] = code == 404 ? "NotFound" : "Conflict" });
    }

    private static HttpResponseMessage Answer(int code, JsonObject body) => new((HttpStatusCode)code) { Content = new StringContent(body.ToJsonString()) };
}
