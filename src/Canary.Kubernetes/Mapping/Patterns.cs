using System.Text.RegularExpressions;

namespace Canary.Kubernetes.Mapping;

/// <summary>The patterns of the resource definitions, once more: servers that do not check them exist.</summary>
internal static partial class Patterns
{
    /// <summary>A name that begins with a letter.</summary>
    [GeneratedRegex(@"^[a-z]([-a-z0-9]*[a-z0-9])?\z")]
    public static partial Regex Name();

    /// <summary>A name that may begin with a digit.</summary>
    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?\z")]
    public static partial Regex Label();

    /// <summary>A plain decimal number, or one whole argument.</summary>
    [GeneratedRegex(@"^([0-9]+(\.[0-9]+)?|\{\{args\.[a-z]([-a-z0-9]*[a-z0-9])?\}\})\z")]
    public static partial Regex NumberOrArgument();

    /// <summary>A plain decimal number.</summary>
    [GeneratedRegex(@"^[0-9]+(\.[0-9]+)?\z")]
    public static partial Regex Number();

    /// <summary>A selector that begins with the metric's name.</summary>
    [GeneratedRegex(@"^[a-zA-Z_:][a-zA-Z0-9_:]*(\{.*\})?\z")]
    public static partial Regex Selector();

    /// <summary>A histogram that is named with a suffix of its series.</summary>
    [GeneratedRegex(@"^[^{]*_(bucket|count|sum)([{]|\z)")]
    public static partial Regex SeriesOfHistogram();

    /// <summary>Anything in double braces.</summary>
    [GeneratedRegex(@"\{\{([^{}]*)\}\}")]
    public static partial Regex Braces();

    /// <summary>The inside of the braces of an argument.</summary>
    [GeneratedRegex(@"^args\.([a-z]([-a-z0-9]*[a-z0-9])?)\z")]
    public static partial Regex Argument();

    /// <summary>An absolute HTTP path.</summary>
    [GeneratedRegex(@"^/")]
    public static partial Regex HttpPath();
}
