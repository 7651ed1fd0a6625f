using Canary.Core.Validation;

namespace Canary.Kubernetes.Mapping;

/// <summary>The arguments of one template with their values. Immutable.</summary>
/// <param name="values">Every argument that the template declares; null where no value is known, which is noted elsewhere.</param>
internal sealed class Arguments(IReadOnlyDictionary<string, string?> values)
{
    /// <summary>Replaces every <c>{{args.NAME}}</c> in a text.</summary>
    /// <param name="text">What was written.</param>
    /// <param name="path">Where.</param>
    /// <param name="problems">Where mistakes are noted.</param>
    /// <returns>The text with values and the names of the arguments used; a null text when an argument is not declared or has no value.</returns>
    public (string? Text, IReadOnlyList<string> Used) Fill(string text, string path, List<Problem> problems)
    {
        var used = new List<string>();
        var whole = true;
        var filled = Patterns.Braces().Replace(text, match =>
        {
            var inside = match.Groups[1].Value;
            var argument = Patterns.Argument().Match(inside);
            if (!argument.Success)
            {
                whole = false;
                var trimmed = inside.Trim();
                var name = trimmed.Contains('.', StringComparison.Ordinal) ? trimmed[(trimmed.LastIndexOf('.') + 1)..] : trimmed;
                problems.Add(new Problem(path, $"has {match.Value}, which is no argument; write {{{{args.{(name.Length == 0 ? "NAME" : name)}}}}}, without spaces"));
                return match.Value;
            }

            var wanted = argument.Groups[1].Value;
            if (!values.TryGetValue(wanted, out var value))
            {
                whole = false;
                var remedy = Spelling.Nearest(wanted, values.Keys) is { } nearest ? $"did you mean {{{{args.{nearest}}}}}?" : $"add {{name: {wanted}}} to spec.args";
                problems.Add(new Problem(path, $"uses {match.Value}, which the template does not declare; {remedy}"));
                return match.Value;
            }

            used.Add(wanted);
            whole &= value is not null;
            return value ?? match.Value;
        });
        return (whole ? filled : null, used);
    }
}
