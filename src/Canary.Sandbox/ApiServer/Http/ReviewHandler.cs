using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>Access reviews, which are computed and never stored: everything is allowed to everybody here.</summary>
internal static class ReviewHandler
{
    public static readonly IReadOnlyList<(string Group, string Plural, string Kind, bool Namespaced)> Resources =
    [
        ("authorization.k8s.io", "selfsubjectaccessreviews", "SelfSubjectAccessReview", false),
        ("authorization.k8s.io", "selfsubjectrulesreviews", "SelfSubjectRulesReview", false),
        ("authorization.k8s.io", "subjectaccessreviews", "SubjectAccessReview", false),
        ("authorization.k8s.io", "localsubjectaccessreviews", "LocalSubjectAccessReview", true),
        ("authentication.k8s.io", "selfsubjectreviews", "SelfSubjectReview", false),
    ];

    /// <returns>Null when the request is no review.</returns>
    public static ApiResponse? Handle(ApiRequest request)
    {
        if (request.Target is not { Version: "v1", Name: "" } target || !Resources.Any(known => known.Group == target.Group && known.Plural == target.Plural))
        {
            return null;
        }

        if (request.Method != "POST")
        {
            throw ApiErrors.MethodNotAllowed();
        }

        var review = request.ParseObject();
        review["status"] = target.Plural switch
        {
            "selfsubjectreviews" => new JsonObject { ["userInfo"] = new JsonObject { ["username"] = "sandbox", ["groups"] = new JsonArray("system:masters") } },
            "selfsubjectrulesreviews" => new JsonObject
            {
                ["incomplete"] = false,
                ["nonResourceRules"] = new JsonArray(new JsonObject { ["verbs"] = new JsonArray("*"), ["nonResourceURLs"] = new JsonArray("*") }),
                ["resourceRules"] = new JsonArray(new JsonObject { ["verbs"] = new JsonArray("*"), ["apiGroups"] = new JsonArray("*"), ["resources"] = new JsonArray("*") }),
            },
            _ => new JsonObject { ["allowed"] = true, ["reason"] = "the sandbox allows everything" },
        };
        return ApiResponse.Json(201, review);
    }
}
