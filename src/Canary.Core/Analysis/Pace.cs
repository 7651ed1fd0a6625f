namespace Canary.Core.Analysis;

/// <summary>The traffic of late, in requests per second.</summary>
/// <param name="Stable">Of the stable revision; null when unknown.</param>
/// <param name="Candidate">Of the candidate; null when unknown.</param>
internal readonly record struct Pace(double? Stable, double? Candidate)
{
    public static Pace Of(MetricState state, Func<IReadOnlyList<double>, double> requests)
    {
        var (seconds, stable, candidate) = (0.0, 0.0, 0.0);
        var exposed = false;
        foreach (var block in Blocks.Present(state))
        {
            seconds += block.Seconds;
            stable += requests(block.Stable);
            candidate += requests(block.Candidate);
            exposed |= block.Exposed;
        }

        return seconds > 0 ? new Pace(stable / seconds, exposed ? candidate / seconds : null) : default;
    }

    /// <summary>The ratio of bad requests of the stable revision since the exposure; null without requests.</summary>
    public static double? StableBad(MetricState state) => state.Stable is [> 0, ..] ? state.Stable[1] / state.Stable[0] : null;
}
