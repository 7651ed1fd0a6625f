using Canary.Core.Analysis;

namespace Canary.Metrics.Scrape;

/// <summary>Hands each series of one answer to the metrics that use it, and notes when the process behind it started. One caller at a time.</summary>
internal sealed class PodCollector(MetricAccumulator[] accumulators) : ISampleVisitor
{
    // A merged answer has one for each process; more than this is not believable.
    private const int MostProcesses = 16;

    private readonly List<double> _startTimes = [];

    private static ReadOnlySpan<byte> StartTime => "process_start_time_seconds"u8;

    /// <summary>Start times of the processes behind the answer, in seconds since 1970.</summary>
    public IReadOnlyList<double> StartTimes => _startTimes;

    public bool Wants(ReadOnlySpan<byte> name)
    {
        foreach (var accumulator in accumulators)
        {
            if (accumulator.Wants(name))
            {
                return true;
            }
        }

        return name.SequenceEqual(StartTime);
    }

    public void Visit(in Sample sample)
    {
        foreach (var accumulator in accumulators)
        {
            if (accumulator.Wants(sample.Name))
            {
                accumulator.Visit(sample);
            }
        }

        if (_startTimes.Count < MostProcesses && double.IsFinite(sample.Value) && sample.Name.SequenceEqual(StartTime))
        {
            _startTimes.Add(sample.Value);
        }
    }

    public MetricReading[] Finish() => [.. accumulators.Select(accumulator => accumulator.Finish())];
}
