using Canary.Core;
using Canary.Core.Analysis;

namespace Canary.Kubernetes.Mapping;

/// <summary>Reads metrics of levels: gauges, and series of any meaning. Pure.</summary>
/// <param name="fields">Reads what metrics share.</param>
internal sealed class LevelMapping(MetricFields fields)
{
    private const string Example = "process_resident_memory_bytes";

    /// <summary>So many numbers of each revision are kept.</summary>
    private const int MostSamples = 500;

    private static readonly string[] Rules = ["threshold", "mannWhitney", "kayentaCompatible"];

    private static readonly TimeSpan Step = TimeSpan.FromSeconds(60);

    public MetricSpec.Gauge ReadGauge(Section section, string name, bool required, ScrapeSpec scrape)
    {
        var gauge = new MetricSpec.Gauge
        {
            Name = name,
            Required = required,
            Scrape = scrape,
            Selectors = fields.ReadSelectors(section, "selectors", Example, "levels"),
            Combine = section.Choice("combine", Combining.Sum),
            MarginRatio = fields.ReadFactor(section, "marginRatio", 1.10),
            RollsBack = section.Flag("rollBack", false),
        };
        section.Close();
        return gauge;
    }

    public MetricSpec.Series? ReadSeries(Section section, string name, bool required, ScrapeSpec scrape)
    {
        var selectors = fields.ReadSelectors(section, "selectors", Example, "numbers");
        var combine = section.Choice("combine", Combining.Sum);
        var rules = Rules.Select(rule => (Name: rule, Section: section.Child(rule))).Where(rule => rule.Section is not null).ToList();
        section.Close();
        if (rules.Count != 1)
        {
            section.NoteAt(section.Path, $"has {(rules.Count == 0 ? "none" : "several")} of threshold, mannWhitney and kayentaCompatible; a series is judged by exactly one of them");
            return null;
        }

        var rule = rules[0].Section!; // those without a section are left out above
        SeriesRule? read = rules[0].Name switch
        {
            "threshold" => ReadThreshold(rule),
            "mannWhitney" => ReadMannWhitney(rule),
            _ => ReadKayenta(rule),
        };
        rule.Close();
        return read is null ? null : new MetricSpec.Series { Name = name, Required = required, Scrape = scrape, Selectors = selectors, Combine = combine, Rule = read };
    }

    private SeriesRule.Threshold ReadThreshold(Section rule)
    {
        var (above, _) = fields.ReadNumber(rule, "above", "\"100\"");
        var (below, found) = fields.ReadNumber(rule, "below", "\"1\"");
        if (!rule.Has("above") && !rule.Has("below"))
        {
            rule.NoteAt(rule.Path, "has neither above nor below; a threshold needs a limit: above: \"100\"");
        }
        else if (below > above)
        {
            rule.Note("below", $"{found}, more than above; no number is within such limits: exchange them");
        }

        return new SeriesRule.Threshold
        {
            Above = above,
            Below = below,
            Failures = rule.Integer("failures", 1, 100, "so many bad readings in a row, a whole number from 1 to 100: failures: 3") ?? 3,
            Samples = rule.Integer("samples", 1, 1000, "so many readings before it decides, a whole number from 1 to 1000: samples: 5") ?? 5,
        };
    }

    private SeriesRule.MannWhitney ReadMannWhitney(Section rule)
    {
        var (at, step) = ReadTimes(rule);
        var (margin, _) = fields.ReadNumber(rule, "margin", "\"0.25\"");
        return new SeriesRule.MannWhitney { At = at, Step = step, Margin = margin ?? 0.25, Direction = rule.Choice("direction", WorseDirection.Increase) };
    }

    private static SeriesRule.Kayenta ReadKayenta(Section rule)
    {
        var (at, step) = ReadTimes(rule);
        const string Scores = "it is a score above 0, at most 100: pass: 95, marginal: 75";
        var kayenta = new SeriesRule.Kayenta
        {
            At = at,
            Step = step,
            Direction = rule.Choice("direction", WorseDirection.Increase),
            Pass = rule.Positive("pass", 100, Scores) ?? 95,
            Marginal = rule.Positive("marginal", 100, Scores) ?? 75,
        };
        if (kayenta.Marginal > kayenta.Pass)
        {
            rule.Note("marginal", "is above pass; a score that passes is not marginal: write a lower one");
        }

        return kayenta;
    }

    /// <summary>Reads when it is looked: fixed in advance, since each look costs a part of the budget.</summary>
    private static (ValueList<TimeSpan> At, TimeSpan Step) ReadTimes(Section rule)
    {
        const string Expected = "times after the first request, rising: at: [5m, 10m, 20m]";
        var step = rule.Duration("step", Step, "there must be some time between two numbers; write 60s");
        var times = new List<TimeSpan>();
        foreach (var (path, item) in rule.Items("at", 1, 20, Expected, required: true))
        {
            if (rule.Check(path, item, new TextRule($"it is a duration: {Expected}") { Most = 32 }) is not { } text)
            {
                continue;
            }

            if (!Durations.TryParse(text, out var time) || time <= (times.Count == 0 ? TimeSpan.Zero : times[^1]))
            {
                rule.NoteAt(path, $"is \"{text}\"; write {Expected}");
                continue;
            }

            times.Add(time);
        }

        if (times.Count > 0 && times[^1] / step > MostSamples)
        {
            rule.Note("step", $"is {Durations.Write(step)}, more than {MostSamples} numbers until {Durations.Write(times[^1])}; write {Durations.Write(times[^1] / MostSamples + TimeSpan.FromSeconds(1))} or more");
        }

        return (times.ToValueList(), step);
    }
}
