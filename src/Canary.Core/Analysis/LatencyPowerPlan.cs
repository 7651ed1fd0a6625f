using Canary.Statistics;

namespace Canary.Core.Analysis;

/// <summary>How long each weight takes to see that requests became slower, one row for each way of being slower that the test looks for.</summary>
internal static class LatencyPowerPlan
{
    /// <summary>A block as long as this stands for the average one: evidence grows in proportion.</summary>
    private const double BlockSeconds = 1000;

    public static ValueList<LatencyPower> Rows(PowerQuestion question)
    {
        var bounds = NumberList.Create(question.LatencyBounds.AsSpan());
        var reference = NumberList.Create(question.LatencyCounts.AsSpan());
        var dictionary = LatencyDictionary.Build(bounds, reference);
        var share = question.ErrorRatio is null ? 1 : 1 - question.ErrorShare;
        return [.. dictionary.Alternatives.Select((alternative, index) => new LatencyPower(
            alternative.Description,
            [.. question.Steps.Select(step => Time(question, bounds, reference, dictionary.Ratios(index), step, share))]))];
    }

    private static TimeSpan? Time(PowerQuestion question, NumberList bounds, NumberList reference, NumberList ratios, PlannedWeight step, double share)
    {
        if (step.Weight.Percent is 0 or 100)
        {
            return null;
        }

        var settings = LatencyTestSettings.Rollback(question.Margins.Ratio, question.Margins.Difference, question.Dispersion, minimumReferenceRequests: 1);
        var total = reference.Sum();
        var requests = BlockSeconds * question.RequestsPerSecond;
        var baseline = reference.Select(count => count / total).ToArray();
        var slower = baseline.Zip(ratios, (probability, ratio) => probability * ratio).ToArray();
        var mass = slower.Sum();
        var block = new HistogramBlock(
            bounds,
            [.. slower.Select(probability => requests * step.Weight.Percent / 100 * probability / mass)],
            [.. baseline.Select(probability => requests * (100 - step.Weight.Percent) / 100 * probability)]);
        var state = LatencyTest.Advance(settings, LatencyTest.Start(settings, bounds, reference), block).State;
        var nats = state.Scores.Max() / BlockSeconds;
        var compared = question.Steps.Count(planned => planned.Weight.Percent is > 0 and < 100);
        var missing = Thresholds.LogThreshold(question.FalseRollback, share) - Math.Log(RestartSchedule.Default(Math.Max(0, compared - 1)).First);
        return nats > 0 ? PowerPlan.Time(StatisticsDefaults.DelayFactor * missing / nats) : null;
    }
}
