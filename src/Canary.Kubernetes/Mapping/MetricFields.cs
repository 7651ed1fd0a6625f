using System.Globalization;
using System.Text.Json.Nodes;
using Canary.Core;
using Canary.Core.Analysis;
using Canary.Core.Validation;

namespace Canary.Kubernetes.Mapping;

/// <summary>Reads the fields that metrics of several kinds share. Pure.</summary>
/// <param name="arguments">The template's arguments; null where they were filled in before: then numbers are taken as the engine wrote them.</param>
/// <param name="problems">Where mistakes are noted.</param>
internal sealed class MetricFields(Arguments? arguments, List<Problem> problems)
{
    /// <summary>Whether the engine wrote the metric, arguments filled in.</summary>
    public bool FilledIn => arguments is null;

    /// <summary>Reads selectors, at least one.</summary>
    public ValueList<SeriesSelector> ReadSelectors(Section section, string name, string example, string what = "counters")
    {
        var expected = $"selectors of {what}: ['{example}']";
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var selectors = new List<SeriesSelector>();
        foreach (var (path, item) in section.Items(name, 1, 10, expected, required: true))
        {
            if (section.Check(path, item, new TextRule($"it is a selector of series: '{example}'") { Most = 1024 }) is not { } text)
            {
                continue;
            }

            if (!seen.Add(text))
            {
                section.NoteAt(path, "is the same selector as one before it; leave it out");
            }

            if (ReadSelector(section, path, text) is { } selector)
            {
                selectors.Add(selector);
            }
        }

        return selectors.ToValueList();
    }

    public SeriesSelector? ReadSelector(Section section, string path, string text)
    {
        if (Fill(text, path).Text is not { } filled)
        {
            return null;
        }

        var selector = SeriesSelectorParser.Parse(filled, path, out var wrong);
        problems.AddRange(wrong);
        if (selector is not null && arguments is not null && !Patterns.Selector().IsMatch(text))
        {
            section.NoteAt(path, $"{Section.Found(JsonValue.Create(text))}; a selector begins with the metric's name: {selector.Metric}{{…}}");
        }

        return selector;
    }

    public Margins ReadMargins(Section section)
    {
        var defaults = new Margins();
        var before = problems.Count;
        var margins = new Margins(
            ReadFactor(section, "marginRatio", defaults.Ratio),
            ReadDifference(section, "marginDifference", defaults.Difference),
            ReadFactor(section, "acceptRatio", defaults.AcceptRatio),
            ReadDifference(section, "acceptDifference", defaults.AcceptDifference));
        if (problems.Count > before)
        {
            return margins;
        }

        if (margins.AcceptRatio < margins.Ratio)
        {
            section.Note("acceptRatio", $"is {Shown(margins.AcceptRatio)}, within marginRatio {Shown(margins.Ratio)}; the acceptance bound must lie beyond the margin: write {Shown(margins.Ratio)} or more");
        }

        if (margins.AcceptDifference < margins.Difference)
        {
            section.Note(
                "acceptDifference",
                $"is {Shown(margins.AcceptDifference)}, within marginDifference {Shown(margins.Difference)}; the acceptance bound must lie beyond the margin: write {Shown(margins.Difference)} or more");
        }

        if (margins.AcceptRatio == margins.Ratio && margins.AcceptDifference == margins.Difference)
        {
            section.Note("acceptRatio", $"is {Shown(margins.AcceptRatio)}, and the acceptance bound equals the margin; it must lie beyond it: raise acceptRatio or acceptDifference");
        }

        return margins;
    }

    public double ReadFactor(Section section, string name, double fallback)
    {
        var (number, found) = ReadNumber(section, name, "\"1.10\"");
        if (number < 1)
        {
            section.Note(name, $"{found}; it is a factor on the stable value, at least 1: {name}: \"1.10\"");
        }

        return number ?? fallback;
    }

    private double ReadDifference(Section section, string name, double fallback)
    {
        var (number, found) = ReadNumber(section, name, "\"0.005\"");
        if (number >= 1)
        {
            section.Note(name, $"{found}; it is a difference of two ratios, below 1: \"0.005\" is half a percentage point");
        }

        return number ?? fallback;
    }

    public (double? Number, string Found) ReadNumber(Section section, string name, string example)
    {
        var expected = $"it is a number as a text, or one whole argument: {name}: {example}, or {name}: \"{{{{args.NAME}}}}\"";
        if (section.Text(name, new TextRule(expected) { Most = 80, Pattern = arguments is null ? null : Patterns.NumberOrArgument() }) is not { } text)
        {
            return (null, "");
        }

        var (filled, used) = Fill(text, section.PathOf(name));
        if (filled is null)
        {
            return (null, "");
        }

        var from = used.Count > 0 ? $" (argument {used[0]})" : "";
        if ((arguments is not null && !Patterns.Number().IsMatch(filled))
            || !double.TryParse(filled, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            || !double.IsFinite(number))
        {
            section.Note(name, $"is \"{filled}\"{from}; it is a number without sign or exponent, such as {example}");
            return (null, "");
        }

        return (number, $"is \"{filled}\"{from}");
    }

    public (string? Text, IReadOnlyList<string> Used) Fill(string text, string path) => arguments?.Fill(text, path, problems) ?? (text, []);

    /// <summary>Reads what is assumed of requests that fail together.</summary>
    public Clustering ReadClustering(Section section)
    {
        var (dispersion, found) = ReadNumber(section, "dispersion", "\"2\"");
        if (dispersion < 1)
        {
            section.Note("dispersion", $"{found}; so many requests fail together, at least 1: dispersion: \"2\"");
        }

        return new Clustering(
            dispersion,
            section.Integer("retriesPerRequest", 0, 20, "so often clients retry a request, a whole number from 0 to 20: retriesPerRequest: 2") ?? 0,
            section.Flag("robust", false));
    }

    private static string Shown(double number) => number.ToString("0.####################", CultureInfo.InvariantCulture);
}
