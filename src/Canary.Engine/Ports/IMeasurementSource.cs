using Canary.Core;
using Canary.Core.Analysis;

namespace Canary.Engine.Ports;

/// <summary>Reads raw cumulative counters of pods. Thread-safe.</summary>
public interface IMeasurementSource
{
    /// <summary>Reads every pod once, several at a time.</summary>
    /// <param name="metrics">What to read.</param>
    /// <param name="pods">Which pods.</param>
    /// <param name="cancellation">Cancels the round.</param>
    /// <returns>The round; a pod that could not be read carries the failure's words. Never throws but for cancellation.</returns>
    Task<Measurement> MeasureAsync(ValueList<MetricSpec> metrics, ValueList<PodTarget> pods, CancellationToken cancellation);
}
