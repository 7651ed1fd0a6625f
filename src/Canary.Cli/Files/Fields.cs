using System.Globalization;
using System.Text.Json;
using Canary.Core;
using Canary.Core.Analysis;
using Canary.Core.Validation;

namespace Canary.Cli.Files;

/// <summary>One JSON object of a file, read field by field; what is wrong is noted with its place. One caller at a time.</summary>
internal sealed class Fields(JsonElement element, string path, List<Problem> problems)
{
    private string PathOf(string name) => name.Length == 0 ? path : $"{path}.{name}";

    public void Note(string name, string message) => problems.Add(new Problem(PathOf(name), message));

    public bool IsObject()
    {
        if (element.ValueKind == JsonValueKind.Object)
        {
            return true;
        }

        Note("", $"is {Kind(element)}; it must be an object");
        return false;
    }

    public bool Has(string name) => Find(name) is not null;

    public DateTimeOffset? Time(string name, bool required)
    {
        if (Find(name) is not { } value)
        {
            Require(name, required, "write an RFC 3339 time: \"2026-01-01T12:00:05Z\"");
            return null;
        }

        if (value.ValueKind == JsonValueKind.String
            && DateTimeOffset.TryParse(value.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
        {
            return time;
        }

        Note(name, $"is {value.GetRawText()}; it is an RFC 3339 time: \"2026-01-01T12:00:05Z\"");
        return null;
    }

    public string? Text(string name, bool required)
    {
        if (Find(name) is not { } value)
        {
            Require(name, required, "write a text");
            return null;
        }

        if (value.ValueKind == JsonValueKind.String)
        {
            return value.GetString();
        }

        Note(name, $"is {Kind(value)}; it must be a text");
        return null;
    }

    public double? Number(string name, bool required, Func<double, bool> isGood, string rule)
    {
        if (Find(name) is not { } value)
        {
            Require(name, required, $"it {rule}");
            return null;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && isGood(number))
        {
            return number;
        }

        Note(name, $"is {value.GetRawText()}; it {rule}");
        return null;
    }

    public ValueList<double>? Numbers(string name)
    {
        if (Find(name) is not { ValueKind: JsonValueKind.Array } array || array.GetArrayLength() == 0)
        {
            Note(name, "must be a list of numbers");
            return null;
        }

        var numbers = new List<double>();
        foreach (var item in array.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetDouble(out var number) || !double.IsFinite(number))
            {
                Note(name, $"holds {item.GetRawText()}; all are finite numbers (the bucket +Inf has no bound: leave it out of bounds, and count it in counts)");
                return null;
            }

            numbers.Add(number);
        }

        return numbers.ToValueList();
    }

    public ArmName? Arm(string name)
    {
        var text = Text(name, required: true);
        if (text is null)
        {
            return null;
        }

        if (Arms.Parse(text) is { } arm)
        {
            return arm;
        }

        Note(name, $"is \"{text}\"; {Arms.Rule}");
        return null;
    }

    public IEnumerable<Fields> Objects(string name)
    {
        if (Find(name) is not { ValueKind: JsonValueKind.Array } array)
        {
            Note(name, "must be a list of objects, one a pod");
            yield break;
        }

        var index = 0;
        foreach (var item in array.EnumerateArray())
        {
            var child = new Fields(item, $"{PathOf(name)}[{index++}]", problems);
            if (child.IsObject())
            {
                yield return child;
            }
        }
    }

    public IEnumerable<(string Name, Fields Child)> Children(string name)
    {
        if (Find(name) is not { } value)
        {
            yield break;
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            Note(name, "must be an object with a field for each metric");
            yield break;
        }

        foreach (var property in value.EnumerateObject())
        {
            yield return (property.Name, new Fields(property.Value, PathOf(name) + "." + property.Name, problems));
        }
    }

    /// <summary>Notes fields that nothing reads: a misspelt one would go unnoticed.</summary>
    public void Close(params ReadOnlySpan<string> known)
    {
        foreach (var property in element.EnumerateObject())
        {
            if (!known.Contains(property.Name))
            {
                Note(property.Name, $"is no known field; known are {string.Join(", ", known.ToArray())}");
            }
        }
    }

    private JsonElement? Find(string name) => element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private void Require(string name, bool required, string remedy)
    {
        if (required)
        {
            Note(name, $"is missing; {remedy}");
        }
    }

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => "a list",
        JsonValueKind.Object => "an object",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "a truth value",
        _ => "nothing",
    };
}
