using Canary.Core.Analysis;

namespace Canary.Metrics.Scrape;

/// <summary>Compiled metrics by what they were compiled from, so that each expression is compiled once and not every round. Thread-safe, bounded.</summary>
internal sealed class CompiledMetrics
{
    internal const int Most = 2048;

    private readonly Lock _lock = new();
    private readonly Dictionary<MetricSpec, CompiledMetric> _compiled = [];

    public CompiledMetric Get(MetricSpec spec)
    {
        lock (_lock)
        {
            if (_compiled.TryGetValue(spec, out var known))
            {
                return known;
            }
        }

        var compiled = CompiledMetric.Compile(spec);
        lock (_lock)
        {
            if (_compiled.Count >= Most)
            {
                // Specs come and go with rollouts; starting over is rare, and costs one compilation each.
                _compiled.Clear();
            }

            _compiled[spec] = compiled;
        }

        return compiled;
    }
}
