using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Canary.Kubernetes.Json;
using Microsoft.AspNetCore.Http;

namespace Canary.Sandbox.ApiServer;

/// <summary>One request, its body read.</summary>
internal sealed class ApiRequest
{
    private const int BodyLimit = 3 * 1024 * 1024;

    public required HttpContext Http { get; init; }

    public required string Path { get; init; }

    public required string Method { get; init; }

    public required RequestTarget? Target { get; init; }

    public required byte[] Body { get; init; }

    public string UserAgent => Http.Request.Headers.UserAgent.ToString();

    public string Accept => Http.Request.Headers.Accept.ToString();

    /// <summary>Content type without parameters, in lower case; empty when not given.</summary>
    public string ContentType => (Http.Request.ContentType ?? "").Split(';', 2)[0].Trim().ToLowerInvariant();

    public string? Query(string name) => Http.Request.Query.TryGetValue(name, out var values) ? values.ToString() : null;

    public bool IsWatch => Query("watch") is "true" or "1";

    /// <summary>The field manager: named, or else the user agent's program.</summary>
    public string Manager
    {
        get
        {
            var named = Query("fieldManager");
            var program = UserAgent.Split('/', 2)[0];
            return !string.IsNullOrEmpty(named) ? named : program.Length > 0 ? program : "unknown";
        }
    }

    /// <summary>get, list, watch, create, update, patch, delete or deletecollection.</summary>
    public string Verb => Method switch
    {
        "GET" or "HEAD" => IsWatch ? "watch" : Target is { Name.Length: 0 } ? "list" : "get",
        "POST" => "create",
        "PUT" => "update",
        "PATCH" => "patch",
        "DELETE" => Target is { Name.Length: 0 } ? "deletecollection" : "delete",
        _ => Method.ToLowerInvariant(),
    };

    public WriteOptions WriteOptions() => new(Manager, Query("dryRun") == "All", Query("fieldValidation") switch
    {
        "Strict" => FieldStrictness.Strict,
        "Ignore" => FieldStrictness.Ignore,
        _ => FieldStrictness.Warn,
    });

    /// <exception cref="ApiException">400 for what is no JSON or YAML, 415 for other formats.</exception>
    public JsonNode? Parse(List<string>? duplicates = null)
    {
        switch (ContentType)
        {
            case "application/vnd.kubernetes.protobuf":
                return ProtobufDecoder.Decode(Body);
            case "application/cbor":
                throw ApiErrors.UnsupportedMediaType("application/json, application/yaml, application/vnd.kubernetes.protobuf");
        }

        try
        {
            return ContentType.Contains("yaml", StringComparison.Ordinal)
                ? YamlTree.ParseAll(Encoding.UTF8.GetString(Body)).FirstOrDefault()
                : JsonTree.Parse(Body, duplicates);
        }
        catch (Exception unreadable) when (unreadable is JsonException or YamlDotNet.Core.YamlException or InvalidOperationException)
        {
            throw ApiErrors.BadRequest($"the object provided is unrecognized (must be of type): {unreadable.Message}");
        }
    }

    public JsonObject ParseObject(List<string>? duplicates = null) =>
        Parse(duplicates) as JsonObject ?? throw ApiErrors.BadRequest("the body of the request is not an object");

    public JsonObject? ParseOptional() => Body.Length == 0 ? null : Parse() as JsonObject;

    public static async Task<ApiRequest> ReadAsync(HttpContext http)
    {
        var path = http.Request.Path.Value ?? "/";
        return new ApiRequest
        {
            Http = http,
            Path = path,
            Method = http.Request.Method,
            Target = RequestTarget.Parse(path),
            Body = await ReadBodyAsync(http).ConfigureAwait(false),
        };
    }

    private static async Task<byte[]> ReadBodyAsync(HttpContext http)
    {
        if (http.Request.ContentLength is null or 0 && !http.Request.Headers.TransferEncoding.Contains("chunked"))
        {
            return [];
        }

        using var buffer = new MemoryStream((int)Math.Min(http.Request.ContentLength ?? 4096, BodyLimit));
        await http.Request.Body.CopyToAsync(buffer, http.RequestAborted).ConfigureAwait(false);
        return buffer.Length <= BodyLimit
            ? buffer.ToArray()
            : throw new ApiException(413, "RequestEntityTooLarge", $"Request entity too large: limit is {BodyLimit}");
    }
}
