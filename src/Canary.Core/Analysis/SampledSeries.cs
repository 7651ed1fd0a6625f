using Canary.Statistics;

namespace Canary.Core.Analysis;

/// <summary>Numbers of both revisions, one each a step of time: the mean of what was read within it. In bounded size.</summary>
/// <param name="Stable">Of the stable revision, oldest first; no more than <see cref="Most"/>.</param>
/// <param name="Candidate">Of the candidate, as many.</param>
/// <param name="Open">The step under way: its number, its readings, and their sums.</param>
internal sealed record SampledSeries(ValueList<double> Stable, ValueList<double> Candidate, (double Step, double Readings, double Stable, double Candidate) Open)
{
    /// <summary>Most numbers of each revision; later ones are left out.</summary>
    public const int Most = 512;

    private const string StableNumbers = "stable";
    private const string CandidateNumbers = "candidate";
    private const string OpenNumbers = "open";

    public static SampledSeries Of(Func<string, ValueList<double>?> numbers) => new(
        numbers(StableNumbers) ?? [],
        numbers(CandidateNumbers) ?? [],
        numbers(OpenNumbers) is [var step, var readings, var stable, var candidate] ? (step, readings, stable, candidate) : (0, 0, 0, 0));

    public SampledSeries Add(double step, double stable, double candidate) => step > Open.Step && Open.Readings > 0
        ? Closed() with { Open = (step, 1, stable, candidate) }
        : this with { Open = (step, Open.Readings + 1, Open.Stable + stable, Open.Candidate + candidate) };

    /// <summary>With the step under way at its end.</summary>
    public SampledSeries Closed() => Open.Readings == 0 || Stable.Count >= Most
        ? this with { Open = (Open.Step, 0, 0, 0) }
        : new([.. Stable, Open.Stable / Open.Readings], [.. Candidate, Open.Candidate / Open.Readings], (Open.Step, 0, 0, 0));

    public IEnumerable<TestNumbers> ToTests() =>
        [new(StableNumbers, Stable), new(CandidateNumbers, Candidate), new(OpenNumbers, [Open.Step, Open.Readings, Open.Stable, Open.Candidate])];

    /// <summary>The medians of both, for people.</summary>
    public (ValueList<NamedValue> Stable, ValueList<NamedValue> Candidate) Medians() => Stable.Count == 0
        ? ([], [])
        : ([new NamedValue("median", SampleQuantile.Of(Stable, 0.5))], [new NamedValue("median", SampleQuantile.Of(Candidate, 0.5))]);
}
