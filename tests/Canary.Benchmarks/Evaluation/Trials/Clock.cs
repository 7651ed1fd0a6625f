using Canary.Statistics;

namespace Canary.Benchmarks.Evaluation.Trials;

/// <summary>The time of the simulations, which is that of the reference: a reading every ten seconds for an hour.</summary>
internal static class Clock
{
    public const double BlockSeconds = StatisticsDefaults.BlockSeconds;

    public const int HourBlocks = 360;

    public const int MinuteBlocks = 6;
}
