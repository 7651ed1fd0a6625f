using System.Globalization;
using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>A <c>labelSelector</c>: <c>a=b</c>, <c>a!=b</c>, <c>a in (x,y)</c>, <c>a notin (x)</c>, <c>a</c>, <c>!a</c>, <c>a&gt;1</c>, <c>a&lt;1</c>.</summary>
internal sealed class LabelSelector
{
    public static readonly LabelSelector Everything = new([]);

    private readonly IReadOnlyList<Requirement> _requirements;

    private LabelSelector(IReadOnlyList<Requirement> requirements) => _requirements = requirements;

    private enum Operator
    {
        In,
        NotIn,
        Exists,
        DoesNotExist,
        GreaterThan,
        LessThan,
    }

    /// <exception cref="ApiException">400 when the text is no selector.</exception>
    public static LabelSelector Parse(string? text) =>
        string.IsNullOrWhiteSpace(text) ? Everything : new([.. Split(text).Select(term => ParseTerm(term, text))]);

    /// <summary>Reads a <c>metav1.LabelSelector</c> object.</summary>
    public static LabelSelector FromObject(JsonObject? selector)
    {
        var requirements = new List<Requirement>();
        foreach (var (key, value) in selector.Fields("matchLabels") ?? [])
        {
            requirements.Add(new Requirement(key, Operator.In, [value.Text() ?? ""]));
        }

        foreach (var expression in selector.Items("matchExpressions") ?? [])
        {
            var values = expression.Items("values")?.Select(value => value.Text() ?? "").ToArray() ?? [];
            requirements.Add(new Requirement(expression.Text("key") ?? "", Enum.Parse<Operator>(expression.Text("operator") ?? ""), values));
        }

        return new(requirements);
    }

    public bool Matches(JsonObject root) => _requirements.Count == 0 || MatchesLabels(root.Fields("metadata", "labels"));

    public bool MatchesLabels(JsonObject? labels)
    {
        foreach (var requirement in _requirements)
        {
            if (!requirement.Matches(labels))
            {
                return false;
            }
        }

        return true;
    }

    // commas within parentheses belong to a set of values
    private static IEnumerable<string> Split(string text)
    {
        var (start, depth) = (0, 0);
        for (var index = 0; index < text.Length; index++)
        {
            depth += text[index] switch { '(' => 1, ')' => -1, _ => 0 };
            if (text[index] == ',' && depth == 0)
            {
                yield return text[start..index].Trim();
                start = index + 1;
            }
        }

        yield return text[start..].Trim();
    }

    private static Requirement ParseTerm(string term, string whole)
    {
        if (term.EndsWith(')') && term.IndexOf('(', StringComparison.Ordinal) is var open and > 0)
        {
            var head = term[..open].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var values = term[(open + 1)..^1].Split(',', StringSplitOptions.TrimEntries);
            return head is [var key, "in" or "notin"] ? new(Checked(key), head[1] == "in" ? Operator.In : Operator.NotIn, values) : throw Unreadable();
        }

        if (term.StartsWith('!'))
        {
            return new(Checked(term[1..].Trim()), Operator.DoesNotExist, []);
        }

        foreach (var (sign, @operator) in new[] { ("!=", Operator.NotIn), ("==", Operator.In), ("=", Operator.In), (">", Operator.GreaterThan), ("<", Operator.LessThan) })
        {
            var at = term.IndexOf(sign, StringComparison.Ordinal);
            if (at > 0)
            {
                return new(Checked(term[..at].Trim()), @operator, [term[(at + sign.Length)..].Trim()]);
            }
        }

        return new(Checked(term), Operator.Exists, []);

        string Checked(string key) => NameRules.QualifiedName(key) is null ? key : throw Unreadable();

        ApiException Unreadable() => ApiErrors.BadRequest($"unable to parse requirement: \"{term}\" in \"{whole}\" is not a label selector");
    }

    private sealed record Requirement(string Key, Operator Operator, string[] Values)
    {
        public bool Matches(JsonObject? labels)
        {
            var value = labels.Text(Key);
            return Operator switch
            {
                Operator.In => value is not null && Values.Contains(value),
                Operator.NotIn => value is null || !Values.Contains(value),
                Operator.Exists => value is not null,
                Operator.DoesNotExist => value is null,
                _ => long.TryParse(value, CultureInfo.InvariantCulture, out var actual) && long.TryParse(Values[0], CultureInfo.InvariantCulture, out var limit)
                    && (Operator == Operator.GreaterThan ? actual > limit : actual < limit),
            };
        }
    }
}
