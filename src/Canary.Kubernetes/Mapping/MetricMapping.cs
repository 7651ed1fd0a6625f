using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Canary.Core;
using Canary.Core.Analysis;
using Canary.Core.Validation;

namespace Canary.Kubernetes.Mapping;

/// <summary>Reads one metric of a template, or of an AnalysisRun. Pure.</summary>
/// <remarks>Every bound, default and CEL rule of <c>deploy/crds/analysistemplates.yaml</c> stands here again.</remarks>
/// <param name="arguments">The template's arguments; null where they were filled in before: then numbers are taken as the engine wrote them.</param>
/// <param name="problems">Where mistakes are noted.</param>
internal sealed class MetricMapping(Arguments? arguments, List<Problem> problems)
{
    private static readonly TextRule Name = new("a metric's name has lower-case letters, digits and dashes, and begins with a letter: name: errors")
    {
        Required = true,
        Most = 63,
        Pattern = Patterns.Name(),
    };

    /// <summary>Reads a metric.</summary>
    /// <param name="metric">The section.</param>
    /// <returns>The metric, whose share is still to be set, and the weight that was written; null when something is wrong with it.</returns>
    public WeighedMetric? Read(Section metric)
    {
        var before = problems.Count;
        var name = metric.Text("name", Name);
        var required = metric.Flag("required", true);
        var weight = metric.Positive("weight", 1000, "a weight is a number above 0, at most 1000: weight: 2");
        var scrape = ReadScrape(metric);
        var errorRate = metric.Child("errorRate");
        var latency = metric.Child("latency");
        metric.Close();

        MetricSpec? read = null;
        switch (errorRate, latency)
        {
            case ({ }, { }):
                metric.Note("latency", "stands beside errorRate; a metric has exactly one of errorRate and latency: write two metrics for both");
                break;
            case (null, null) when !metric.Has("errorRate") && !metric.Has("latency"):
                metric.NoteAt(metric.Path, "has neither errorRate nor latency; a metric has exactly one of them");
                break;
            case ({ }, null):
                read = ReadErrorRate(errorRate, name ?? "", required, scrape);
                break;
            case (null, { }):
                read = ReadLatency(latency, name ?? "", required, scrape);
                break;
        }

        return problems.Count == before && read is not null ? new WeighedMetric(read, weight) : null;
    }

    private MetricSpec.ErrorRate ReadErrorRate(Section section, string name, bool required, ScrapeSpec scrape)
    {
        var metric = new MetricSpec.ErrorRate
        {
            Name = name,
            Required = required,
            Scrape = scrape,
            Requests = ReadSelectors(section, "requests", "istio_requests_total{reporter=\"destination\"}"),
            Errors = ReadSelectors(section, "errors", "istio_requests_total{reporter=\"destination\",response_code=~\"5..\"}"),
            Margins = ReadMargins(section),
        };
        section.Close();
        return metric;
    }

    private MetricSpec.Latency ReadLatency(Section section, string name, bool required, ScrapeSpec scrape)
    {
        var histogram = ReadHistogram(section);
        var milliseconds = 1d;
        var unit = section.Text("unit", new TextRule("it is the unit of the bucket bounds: unit: milliseconds, or unit: seconds") { Required = true });
        switch (unit)
        {
            case null or "milliseconds":
                break;
            case "seconds":
                milliseconds = 1000;
                break;
            default:
                section.Note("unit", $"is \"{unit}\"; it is one of milliseconds, seconds{(Spelling.Nearest(unit, ["milliseconds", "seconds"]) is { } nearest ? $": did you mean {nearest}?" : "")}");
                break;
        }

        var metric = new MetricSpec.Latency
        {
            Name = name,
            Required = required,
            Scrape = scrape,
            Histogram = histogram ?? new SeriesSelector("", []),
            MillisecondsPerUnit = milliseconds,
            Margins = ReadMargins(section),
        };
        section.Close();
        return metric;
    }

    private ScrapeSpec ReadScrape(Section metric)
    {
        if (metric.Child("scrape") is not { } scrape)
        {
            return new ScrapeSpec(null, null);
        }

        string? port = null;
        const string Ports = "it is a number from 1 to 65535, or the name of a container's port, such as http-metrics";
        if (scrape.Node("port") is { } node)
        {
            port = node.GetValueKind() == JsonValueKind.Number
                ? scrape.Integer("port", 1, 65535, Ports)?.ToString(CultureInfo.InvariantCulture)
                : scrape.Text("port", new TextRule(Ports) { Most = 15, Pattern = Patterns.Label() });
            if (port is not null && node.GetValueKind() == JsonValueKind.String && port.All(char.IsAsciiDigit) && !IsPort(port))
            {
                scrape.Note("port", $"is \"{port}\"; {Ports}");
            }
        }

        var path = scrape.Text("path", new TextRule("it is an HTTP path with its leading slash: path: /metrics") { Least = 0, Most = 1024, Pattern = Patterns.HttpPath() });
        scrape.Close();
        return new ScrapeSpec(port, path is null ? null : Fill(path, scrape.PathOf("path")).Text);
    }

    private static bool IsPort(string digits) => int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= 65535;

    private ValueList<SeriesSelector> ReadSelectors(Section section, string name, string example)
    {
        var expected = $"selectors of counters: ['{example}']";
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

    private SeriesSelector? ReadHistogram(Section section)
    {
        const string Example = "istio_request_duration_milliseconds{reporter=\"destination\"}";
        var text = section.Text("histogram", new TextRule($"it is a selector that names the histogram: '{Example}'") { Required = true, Most = 1024 });
        if (text is null)
        {
            return null;
        }

        if (Patterns.SeriesOfHistogram().Match(text) is { Success: true } suffixed)
        {
            var suffix = suffixed.Groups[1].Value;
            var brace = text.IndexOf('{', StringComparison.Ordinal);
            var metric = brace < 0 ? text : text[..brace];
            section.Note("histogram", $"names a series of the histogram; name the histogram without its suffix _{suffix}: {metric[..^(suffix.Length + 1)]}");
            return null;
        }

        return ReadSelector(section, section.PathOf("histogram"), text);
    }

    private SeriesSelector? ReadSelector(Section section, string path, string text)
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

    private Margins ReadMargins(Section section)
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

    private double ReadFactor(Section section, string name, double fallback)
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

    private (double? Number, string Found) ReadNumber(Section section, string name, string example)
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

    private (string? Text, IReadOnlyList<string> Used) Fill(string text, string path) => arguments?.Fill(text, path, problems) ?? (text, []);

    private static string Shown(double number) => number.ToString("0.####################", CultureInfo.InvariantCulture);
}

/// <summary>A metric and the weight that was written for it.</summary>
/// <param name="Metric">The metric.</param>
/// <param name="Weight">The weight; null when none was written.</param>
internal sealed record WeighedMetric(MetricSpec Metric, double? Weight);
