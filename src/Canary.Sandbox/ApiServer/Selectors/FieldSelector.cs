using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>A <c>fieldSelector</c>: equalities and inequalities on a few fields of an object.</summary>
internal sealed class FieldSelector
{
    public static readonly FieldSelector Everything = new([]);

    private readonly IReadOnlyList<(string[] Path, string Value, bool Equal)> _terms;

    private FieldSelector(IReadOnlyList<(string[] Path, string Value, bool Equal)> terms) => _terms = terms;

    /// <exception cref="ApiException">400 for a field that this kind cannot be selected by.</exception>
    public static FieldSelector Parse(string? text, ResourceKind kind)
    {
        if (string.IsNullOrEmpty(text))
        {
            return Everything;
        }

        var terms = new List<(string[], string, bool)>();
        foreach (var term in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var equal = !term.Contains("!=", StringComparison.Ordinal);
            var parts = term.Split(equal ? (term.Contains("==", StringComparison.Ordinal) ? "==" : "=") : "!=", 2);
            if (parts.Length != 2)
            {
                throw ApiErrors.BadRequest($"unable to parse field selector: invalid selector: '{text}'; can't understand '{term}'");
            }

            var field = parts[0].Trim();
            if (field is not ("metadata.name" or "metadata.namespace") && !kind.Behaviour.SelectableFields.Contains(field))
            {
                throw ApiErrors.BadRequest($"field label not supported: {field}");
            }

            terms.Add((StoredPath(field, kind), parts[1].Trim(), equal));
        }

        return new FieldSelector(terms);
    }

    public bool Matches(StoredObject candidate)
    {
        foreach (var (path, value, equal) in _terms)
        {
            // single objects are watched by name, by the thousand
            var actual = path is ["metadata", "name"] ? candidate.Name : Show(candidate.Root.At(path));
            if ((actual == value) != equal)
            {
                return false;
            }
        }

        return true;
    }

    private static string[] StoredPath(string field, ResourceKind kind) => field switch
    {
        "source" when kind.Kind == "Event" => ["source", "component"],
        "reportingController" => ["reportingComponent"],
        "name" when kind.Kind == "Namespace" => ["metadata", "name"],
        _ when field.StartsWith("regarding.", StringComparison.Ordinal) => ["involvedObject", .. field.Split('.')[1..]],
        _ => field.Split('.'),
    };

    // an absent field compares as its zero value in the way it is printed
    private static string Show(JsonNode? node) => node switch
    {
        null => "",
        _ when node.IsText(out var text) => text,
        _ => node.ToJsonString(),
    };
}
