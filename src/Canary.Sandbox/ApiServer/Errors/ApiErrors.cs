using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>The errors of a real API server, in its words, since clients and people read them.</summary>
internal static class ApiErrors
{
    public static ApiException NotFound(ResourceKind kind, string name) =>
        new(404, "NotFound", $"{kind.GroupResource} \"{name}\" not found", Details(kind, kind.Plural, name));

    public static ApiException AlreadyExists(ResourceKind kind, string name) =>
        new(409, "AlreadyExists", $"{kind.GroupResource} \"{name}\" already exists", Details(kind, kind.Plural, name));

    public static ApiException Modified(ResourceKind kind, string name) =>
        Conflict(kind, name, "the object has been modified; please apply your changes to the latest version and try again");

    public static ApiException Conflict(ResourceKind kind, string name, string why) =>
        new(409, "Conflict", $"Operation cannot be fulfilled on {kind.GroupResource} \"{name}\": {why}", Details(kind, kind.Plural, name));

    public static ApiException ApplyConflict(IReadOnlyList<StatusCause> causes)
    {
        var summary = causes.Count == 1
            ? $"Apply failed with 1 conflict: {causes[0].Message}: {causes[0].Field}"
            : $"Apply failed with {causes.Count} conflicts: " + string.Join('\n', causes.GroupBy(cause => cause.Message).Select(ByManager));
        return new(409, "Conflict", summary, new JsonObject { ["causes"] = Causes(causes) });

        static string ByManager(IGrouping<string, StatusCause> group) => $"{group.Key}:\n- {string.Join("\n- ", group.Select(cause => cause.Field))}";
    }

    public static ApiException Invalid(ResourceKind kind, string name, IReadOnlyList<StatusCause> causes)
    {
        var lines = causes.Select(cause => $"{cause.Field}: {cause.Message}").ToList();
        var summary = lines.Count == 1 ? lines[0] : $"[{string.Join(", ", lines)}]";
        var details = Details(kind, kind.Kind, name);
        details["causes"] = Causes(causes);
        return new(422, "Invalid", $"{kind.GroupKind} \"{name}\" is invalid: {summary}", details);
    }

    /// <summary>What a real server says of a JSON patch it cannot apply, a failing <c>test</c> included.</summary>
    public static ApiException UnprocessablePatch() =>
        new(422, "Invalid", "the server rejected our request due to an error in our request", []);

    public static ApiException BadRequest(string message) => new(400, "BadRequest", message);

    public static ApiException Forbidden(ResourceKind kind, string name, string why) =>
        new(403, "Forbidden", $"{kind.GroupResource} \"{name}\" is forbidden: {why}", Details(kind, kind.Plural, name));

    public static ApiException Expired(string message, string? @continue = null) => new(410, "Expired", message) { Continue = @continue };

    public static ApiException TooOld(long asked, long oldest) => Expired($"too old resource version: {asked} ({oldest})");

    public static ApiException TooLarge(long asked, long current) =>
        new(504, "Timeout", $"Too large resource version: {asked}, current: {current}", new JsonObject
        {
            ["causes"] = Causes([new StatusCause("ResourceVersionTooLarge", "Too large resource version", "")]),
            ["retryAfterSeconds"] = 1L,
        });

    public static ApiException MethodNotAllowed() => new(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", []);

    public static ApiException UnsupportedMediaType(string accepted) =>
        new(415, "UnsupportedMediaType", $"the body of the request was in an unknown format - accepted media types include: {accepted}");

    public static ApiException NotAcceptable(string accepted) =>
        new(406, "NotAcceptable", $"only the following media types are accepted: {accepted}");

    public static ApiException Internal(string message) => new(500, "InternalError", $"Internal error occurred: {message}", new JsonObject
    {
        ["causes"] = Causes([new StatusCause("", message, "")]),
    });

    private static JsonObject Details(ResourceKind kind, string kindText, string name)
    {
        var details = new JsonObject { ["name"] = name };
        if (kind.Group.Length > 0)
        {
            details["group"] = kind.Group;
        }

        details["kind"] = kindText;
        return details;
    }

    private static JsonArray Causes(IEnumerable<StatusCause> causes)
    {
        var result = new JsonArray();
        foreach (var cause in causes)
        {
            var item = new JsonObject();
            AddUnlessEmpty(item, "reason", cause.Reason);
            item["message"] = cause.Message;
            AddUnlessEmpty(item, "field", cause.Field);
            result.Add(item);
        }

        return result;
    }

    private static void AddUnlessEmpty(JsonObject item, string name, string value)
    {
        if (value.Length > 0)
        {
            item[name] = value;
        }
    }
}
