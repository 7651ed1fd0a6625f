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
    private static readonly string[] Kinds = ["errorRate", "latency", "gauge", "series", "traffic", "guard"];

    private readonly MetricFields _fields = new(arguments, problems);
    private readonly LevelMapping _levels = new(new MetricFields(arguments, problems));

    private const string AllRequests = "istio_requests_total{reporter=\"destination\"}";
    private const string FailedRequests = "istio_requests_total{reporter=\"destination\",response_code=~\"5..\"}";

    private static readonly TimeSpan LongestWindow = TimeSpan.FromMinutes(10);

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
        var known = _fields.FilledIn ? ReadKnown(metric) : [];
        var sections = Kinds.Select(kind => (Kind: kind, Section: metric.Child(kind))).Where(kind => kind.Section is not null).ToList();
        metric.Close();

        MetricSpec? read = null;
        if (sections.Count > 1)
        {
            metric.Note(sections[1].Kind, $"stands beside {sections[0].Kind}; a metric has exactly one of {Spelled}: write two metrics for both");
        }
        else if (sections.Count == 0)
        {
            if (!Kinds.Any(metric.Has))
            {
                metric.NoteAt(metric.Path, $"has none of {Spelled}; a metric has exactly one of them");
            }
        }
        else
        {
            read = Read(sections[0].Kind, sections[0].Section!, name ?? "", required, scrape); // those without a section are left out above
        }

        return problems.Count == before && read is not null ? new WeighedMetric(read with { Known = known }, weight) : null;
    }

    private static string Spelled => $"{string.Join(", ", Kinds[..^1])} and {Kinds[^1]}";

    private MetricSpec? Read(string kind, Section section, string name, bool required, ScrapeSpec scrape) => kind switch
    {
        "errorRate" => ReadErrorRate(section, name, required, scrape),
        "latency" => ReadLatency(section, name, required, scrape),
        "gauge" => _levels.ReadGauge(section, name, required, scrape),
        "series" => _levels.ReadSeries(section, name, required, scrape),
        "traffic" => ReadTraffic(section, name, required, scrape),
        _ => ReadGuard(section, name, required, scrape),
    };

    /// <summary>Reads what the engine wrote of earlier rollouts.</summary>
    private static ValueList<double> ReadKnown(Section metric) =>
        metric.Node("known") is JsonArray numbers ? numbers.OfType<JsonValue>().Select(number => number.TryGetValue<double>(out var value) ? value : 0).ToValueList() : [];

    private MetricSpec.ErrorRate ReadErrorRate(Section section, string name, bool required, ScrapeSpec scrape)
    {
        var metric = new MetricSpec.ErrorRate
        {
            Name = name,
            Required = required,
            Scrape = scrape,
            Requests = _fields.ReadSelectors(section, "requests", AllRequests),
            Errors = _fields.ReadSelectors(section, "errors", FailedRequests),
            Margins = _fields.ReadMargins(section),
            Clustering = _fields.ReadClustering(section),
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
            SlowerThan = ReadSlowerThan(section) * milliseconds,
            Margins = _fields.ReadMargins(section),
            Clustering = _fields.ReadClustering(section),
        };
        section.Close();
        return metric;
    }

    private double? ReadSlowerThan(Section section)
    {
        var (bound, found) = _fields.ReadNumber(section, "slowerThan", "\"300\"");
        if (bound <= 0)
        {
            section.Note("slowerThan", $"{found}; it is a bound of the histogram, above 0, in its unit: slowerThan: \"300\"");
        }

        return bound;
    }

    private MetricSpec.Traffic ReadTraffic(Section section, string name, bool required, ScrapeSpec scrape)
    {
        var requests = _fields.ReadSelectors(section, "requests", AllRequests);
        var (tolerance, found) = _fields.ReadNumber(section, "tolerance", "\"1.25\"");
        if (tolerance <= 1)
        {
            section.Note("tolerance", $"{found}; so many times more or less traffic is fine, above 1: tolerance: \"1.25\"");
        }

        var (session, foundSession) = _fields.ReadNumber(section, "requestsPerSession", "\"1\"");
        if (session < 1)
        {
            section.Note("requestsPerSession", $"{foundSession}; so many requests a user or a connection makes before it may change revisions, on average, at least 1: requestsPerSession: \"30\"");
        }

        section.Close();
        return new MetricSpec.Traffic
        {
            Name = name,
            Required = required,
            Scrape = scrape,
            Requests = requests,
            Tolerance = tolerance ?? 1.25,
            RequestsPerSession = session ?? 1,
        };
    }

    private MetricSpec.Guard ReadGuard(Section section, string name, bool required, ScrapeSpec scrape)
    {
        var (most, found) = _fields.ReadNumber(section, "maxErrorRatio", "\"0.20\"");
        if (most is <= 0 or >= 1)
        {
            section.Note("maxErrorRatio", $"{found}; it is a ratio above 0 and below 1: maxErrorRatio: \"0.20\" is 20 %");
        }

        var window = section.Duration("window", TimeSpan.FromSeconds(60), "requests are counted over some time; write 60s");
        if (window > LongestWindow)
        {
            section.Note("window", $"is {Durations.Write(window)}; a guard acts at once, so that it counts over at most {Durations.Write(LongestWindow)}: window: 60s");
        }

        var guard = new MetricSpec.Guard
        {
            Name = name,
            Required = required,
            Scrape = scrape,
            Requests = _fields.ReadSelectors(section, "requests", AllRequests),
            Errors = _fields.ReadSelectors(section, "errors", FailedRequests),
            MostErrors = most ?? 0.20,
            FewestRequests = section.Integer("minRequests", 1, 1_000_000, "fewer requests say nothing, a whole number from 1 to 1000000: minRequests: 50") ?? 50,
            Window = window,
        };
        section.Close();
        return guard;
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
        return new ScrapeSpec(port, path is null ? null : _fields.Fill(path, scrape.PathOf("path")).Text);
    }

    private static bool IsPort(string digits) => int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= 65535;

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

        return _fields.ReadSelector(section, section.PathOf("histogram"), text);
    }
}

/// <summary>A metric and the weight that was written for it.</summary>
/// <param name="Metric">The metric.</param>
/// <param name="Weight">The weight; null when none was written.</param>
internal sealed record WeighedMetric(MetricSpec Metric, double? Weight);
