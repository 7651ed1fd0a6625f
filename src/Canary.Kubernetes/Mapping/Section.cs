using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Canary.Core.Validation;

namespace Canary.Kubernetes.Mapping;

/// <summary>
/// One object of a manifest, read field by field; what is wrong is noted with its path, and reading goes on with the default. A field that is null counts
/// as absent, as it does in the API server. One caller at a time.
/// </summary>
internal sealed class Section
{
    private readonly JsonObject _fields;
    private readonly List<string> _known = [];
    private readonly List<Problem> _problems;

    /// <param name="fields">The object.</param>
    /// <param name="path">Where it stands; empty for a whole manifest.</param>
    /// <param name="problems">Where problems are noted.</param>
    public Section(JsonObject fields, string path, List<Problem> problems)
    {
        _fields = fields;
        Path = path;
        _problems = problems;
    }

    /// <summary>Where it stands.</summary>
    public string Path { get; }

    /// <summary>The path of a field.</summary>
    public string PathOf(string name) => Path.Length == 0 || Path.EndsWith(' ') ? Path + name : $"{Path}.{name}";

    /// <summary>Notes a problem of a field.</summary>
    public void Note(string name, string message) => _problems.Add(new Problem(PathOf(name), message));

    /// <summary>Notes a problem of another place in the same manifest.</summary>
    public void NoteAt(string path, string message) => _problems.Add(new Problem(path, message));

    /// <summary>Whether a field is there.</summary>
    public bool Has(string name) => Node(name) is not null;

    /// <summary>Reads an object.</summary>
    /// <param name="name">The field.</param>
    /// <param name="missing">What to say when it is absent; null when it may be.</param>
    /// <returns>The object; null when it is absent or no object.</returns>
    public Section? Child(string name, string? missing = null)
    {
        switch (Node(name))
        {
            case JsonObject child:
                return new Section(child, PathOf(name), _problems);
            case null:
                Require(name, missing);
                return null;
            case var other:
                Note(name, $"{Found(other)}; it must be an object, with fields of its own");
                return null;
        }
    }

    /// <summary>Reads a list.</summary>
    /// <param name="name">The field.</param>
    /// <param name="least">Fewest items when it is there.</param>
    /// <param name="most">Most items.</param>
    /// <param name="expected">What to write, for messages.</param>
    /// <param name="required">Whether it must be there.</param>
    /// <returns>The items with their paths; empty when it is absent or no list.</returns>
    public IReadOnlyList<(string Path, JsonNode? Item)> Items(string name, int least, int most, string expected, bool required = false)
    {
        switch (Node(name))
        {
            case JsonArray list:
                if (list.Count < least)
                {
                    Note(name, list.Count == 0 ? $"is empty; {expected}" : $"has {Count(list.Count)}; {expected}");
                }
                else if (list.Count > most)
                {
                    Note(name, $"has {Count(list.Count)}; there can be at most {most}");
                }

                return [.. list.Select((item, index) => ($"{PathOf(name)}[{index.ToString(CultureInfo.InvariantCulture)}]", item))];
            case null:
                Require(name, required ? expected : null);
                return [];
            case var other:
                Note(name, $"{Found(other)}; it must be a list: {expected}");
                return [];
        }
    }

    /// <summary>Reads a list of objects; other items are noted and left out.</summary>
    public IReadOnlyList<Section> Sections(string name, int least, int most, string expected, bool required = false)
    {
        var sections = new List<Section>();
        foreach (var (path, item) in Items(name, least, most, expected, required))
        {
            if (item is JsonObject fields)
            {
                sections.Add(new Section(fields, path, _problems));
            }
            else
            {
                _problems.Add(new Problem(path, $"{Found(item)}; it must be an object: {expected}"));
            }
        }

        return sections;
    }

    /// <summary>Reads a text.</summary>
    /// <param name="name">The field.</param>
    /// <param name="rule">What it must look like.</param>
    /// <returns>The text; null when it is absent or wrong.</returns>
    public string? Text(string name, TextRule rule)
    {
        switch (Node(name))
        {
            case null:
                Require(name, rule.Required ? rule.Expected : null);
                return null;
            case var node:
                return Check(PathOf(name), node, rule);
        }
    }

    /// <summary>Checks a text that stands anywhere.</summary>
    public string? Check(string path, JsonNode? node, TextRule rule)
    {
        if (node is not JsonValue value || !value.TryGetValue<string>(out var text))
        {
            var quoted = node is JsonValue ? node.ToJsonString() : "";
            var hint = quoted.Length >= Math.Max(1, rule.Least) && quoted.Length <= rule.Most && rule.Pattern?.IsMatch(quoted) != false ? $" (in quotes, \"{quoted}\", it is a text)" : "";
            _problems.Add(new Problem(path, $"{Found(node)}; {rule.Expected}{hint}"));
            return null;
        }

        if (text.Length < rule.Least || text.Length > rule.Most || rule.Pattern?.IsMatch(text) == false)
        {
            var length = text.Length > rule.Most ? $" ({text.Length} characters, at most {rule.Most} are allowed)" : "";
            _problems.Add(new Problem(path, $"{Found(node)}{length}; {rule.Expected}"));
            return null;
        }

        return text;
    }

    /// <summary>Reads one word out of several.</summary>
    public T Choice<T>(string name, T fallback)
        where T : struct, Enum
    {
        var words = Enum.GetNames<T>();
        switch (Node(name))
        {
            case null:
                return fallback;
            case JsonValue value when value.TryGetValue<string>(out var text):
                if (words.Contains(text, StringComparer.Ordinal))
                {
                    return Enum.Parse<T>(text);
                }

                Note(name, $"{Found(value)}; it is one of {string.Join(", ", words)}{(Spelling.Nearest(text, words) is { } nearest ? $": did you mean {nearest}?" : "")}");
                return fallback;
            case var other:
                Note(name, $"{Found(other)}; write one of {string.Join(", ", words)}");
                return fallback;
        }
    }

    /// <summary>Reads a text that can only be one thing today.</summary>
    public void Only(string name, string only, string why)
    {
        if (Node(name) is { } node && (node is not JsonValue value || !value.TryGetValue<string>(out var text) || text != only))
        {
            Note(name, $"{Found(node)}; {why}: write {only}, or leave it out");
        }
    }

    /// <summary>Reads a whole number.</summary>
    public int? Integer(string name, int least, int most, string expected)
    {
        if (Node(name) is not { } node)
        {
            return null;
        }

        if (Number(node) is { } number && double.IsInteger(number) && number >= least && number <= most)
        {
            return (int)number;
        }

        Note(name, $"{Found(node)}; {expected}{WithoutQuotes(node)}");
        return null;
    }

    /// <summary>Reads a number above 0.</summary>
    public double? Positive(string name, double most, string expected)
    {
        if (Node(name) is not { } node)
        {
            return null;
        }

        if (Number(node) is { } number && number > 0 && number <= most)
        {
            return number;
        }

        Note(name, $"{Found(node)}; {expected}{WithoutQuotes(node)}");
        return null;
    }

    /// <summary>Reads true or false.</summary>
    public bool Flag(string name, bool fallback)
    {
        switch (Node(name))
        {
            case null:
                return fallback;
            case JsonValue value when value.TryGetValue<bool>(out var flag):
                return flag;
            case var other:
                Note(name, $"{Found(other)}; write true or false, without quotes");
                return fallback;
        }
    }

    /// <summary>Reads a duration.</summary>
    /// <param name="name">The field.</param>
    /// <param name="fallback">What holds when it is absent or wrong.</param>
    /// <param name="remedy">What to write when it is 0; null when 0 may be written.</param>
    public TimeSpan Duration(string name, TimeSpan fallback, string? remedy = null) => Duration(name, remedy) ?? fallback;

    /// <summary>Reads a duration that may be absent.</summary>
    public TimeSpan? Duration(string name, string? remedy)
    {
        if (Node(name) is not { } node)
        {
            return null;
        }

        if (node is JsonValue value && value.TryGetValue<string>(out var text) && Durations.TryParse(text, out var duration))
        {
            if (duration == TimeSpan.Zero && remedy is not null)
            {
                Note(name, $"is {text}; {remedy}");
                return null;
            }

            return duration;
        }

        Note(name, $"{Found(node)}; a duration is whole numbers with units h, m, s or ms, up to 87600h: write 90s or 1h30m");
        return null;
    }

    /// <summary>Notes every field that was not asked for. Called last.</summary>
    public void Close()
    {
        foreach (var (name, _) in _fields)
        {
            if (!_known.Contains(name))
            {
                Note(name, $"is not a field here; {Spelling.Remedy(name, _known)}");
            }
        }
    }

    /// <summary>Names a field that is known but read elsewhere.</summary>
    public JsonNode? Node(string name)
    {
        if (!_known.Contains(name))
        {
            _known.Add(name);
        }

        return _fields.TryGetPropertyValue(name, out var node) ? node : null;
    }

    /// <summary>Says what was found, for messages.</summary>
    public static string Found(JsonNode? node) => node switch
    {
        null => "is empty",
        JsonObject => "is an object",
        JsonArray => "is a list",
        JsonValue value when value.TryGetValue<string>(out var text) => $"is \"{(text.Length <= 80 ? text : string.Concat(text.AsSpan(0, 77), "..."))}\"",
        _ => $"is {node.ToJsonString()}",
    };

    private static string Count(int items) => items == 1 ? "1 item" : string.Create(CultureInfo.InvariantCulture, $"{items} items");

    private static double? Number(JsonNode node) =>
        node.GetValueKind() == JsonValueKind.Number && double.TryParse(node.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string WithoutQuotes(JsonNode node) =>
        node is JsonValue value && value.TryGetValue<string>(out var text) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _)
            ? ", without quotes"
            : "";

    private void Require(string name, string? expected)
    {
        if (expected is not null)
        {
            Note(name, $"is missing; {expected}");
        }
    }
}

/// <summary>What a text must look like.</summary>
/// <param name="Expected">What to write, for messages: what is expected, then an example.</param>
internal sealed record TextRule(string Expected)
{
    /// <summary>Whether it must be there.</summary>
    public bool Required { get; init; }

    /// <summary>Fewest characters.</summary>
    public int Least { get; init; } = 1;

    /// <summary>Most characters.</summary>
    public int Most { get; init; } = 253;

    /// <summary>What it must match; null for anything.</summary>
    public Regex? Pattern { get; init; }
}
