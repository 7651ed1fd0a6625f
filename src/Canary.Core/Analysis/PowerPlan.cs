using System.Globalization;
using Canary.Core.Traffic;
using Canary.Statistics;

namespace Canary.Core.Analysis;

/// <summary>Says before a rollout what its plan will be able to see. Pure; thread-safe.</summary>
/// <remarks>
/// Source: docs/analysis.md. Evidence grows by the Kullback-Leibler divergence per request; times are multiplied by the measured price of not knowing the regression
/// (<see cref="StatisticsDefaults.DelayFactor"/>). A later step stakes its own share of the budget (<see cref="RestartSchedule"/>).
/// </remarks>
public static class PowerPlan
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(365);

    /// <summary>Answers the question.</summary>
    /// <param name="question">The plan and its traffic.</param>
    /// <returns>What each step sees, and a better plan when there is one.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    /// <exception cref="ArgumentException">Neither errors nor latency are judged, or the plan has no step.</exception>
    public static PowerAnswer Answer(PowerQuestion question)
    {
        ArgumentNullException.ThrowIfNull(question);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(question.RequestsPerSecond);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(question.Regression, 1);
        if (question.Steps.Count == 0 || (question.ErrorRatio is null && question.LatencyBounds.Count == 0))
        {
            throw new ArgumentException("A question needs a plan, and a ratio of errors or a histogram.", nameof(question));
        }

        var latency = question.LatencyBounds.Count == 0 ? [] : LatencyPowerPlan.Rows(question);
        if (question.ErrorRatio is not { } ratio)
        {
            return new PowerAnswer { Steps = [.. question.Steps.Select(step => new PowerStep { Step = step })], Latency = latency };
        }

        var errors = new ErrorPower(question, ratio);
        var steps = question.Steps.Select((_, index) => errors.Step(question.Steps, index)).ToValueList();
        var seen = errors.Seen(question.Steps, 0);
        var bad = errors.Bad(question.Steps, 0, seen);
        var better = BetterPlanSearch.Find(errors, question, question.MostBadRequests ?? errors.Costliest(question.Steps));
        var total = question.Steps.Aggregate(TimeSpan.Zero, (sum, step) => sum + step.Duration);
        var answer = new PowerAnswer
        {
            Steps = steps,
            SeenAfter = seen,
            Chance = errors.Chance(question.Steps),
            AcceptedAfter = errors.Accepted(question.Steps),
            BadRequests = bad,
            Latency = latency,
            Better = better is not null && (seen is null || better.Duration < total || better.SeenAfter < seen * 0.9) ? better : null,
        };
        return answer with { Warnings = Warnings(question, answer).ToValueList() };
    }

    /// <summary>A time as it can be stored; null when it is not finite or longer than a year.</summary>
    internal static TimeSpan? Time(double seconds) => seconds <= Longest.TotalSeconds ? TimeSpan.FromSeconds(seconds) : null;

    private static IEnumerable<string> Warnings(PowerQuestion question, PowerAnswer answer)
    {
        var times = Times(question.Regression);
        if (!answer.Sees)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"the plan sees {times} in {100 * answer.Chance:0} % of all rollouts only: give it more time or more weight, or look for more");
        }

        for (var i = 0; i < answer.Steps.Count; i++)
        {
            var step = answer.Steps[i];
            if (step.Step.Weight == Weight.Full || step.Sees)
            {
                continue;
            }

            yield return step switch
            {
                { SmallestRatio: null } => $"step {i + 1} ({step.Step.Weight}, {Written(step.Step.Duration)}) sees nothing in its time, not even a candidate that fails every request",
                { Needed: { } needed } => $"step {i + 1} ({step.Step.Weight}, {Written(step.Step.Duration)}) is too short for {times}: that takes about {Written(needed)}; in its time it sees {Times(step.SmallestRatio!.Value)} or more", // the arm above has null
                _ => $"step {i + 1} ({step.Step.Weight}, {Written(step.Step.Duration)}) never sees {times}, which is within the margin",
            };
        }

        if (answer.AcceptedAfter is null)
        {
            yield return $"the plan ends before an equally good candidate is accepted: its end is inconclusive then; a wider bound (acceptRatio above {question.Margins.AcceptRatio.ToString("0.##", CultureInfo.InvariantCulture)}, or acceptDifference) is shown sooner";
        }
    }

    private static string Times(double ratio) => string.Create(CultureInfo.InvariantCulture, $"{ratio:0.##} times the errors");

    /// <summary>A duration as manifests have it.</summary>
    internal static string Written(TimeSpan time) => time switch
    {
        { TotalSeconds: < 90 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(time.TotalSeconds):0}s"),
        { TotalMinutes: < 90 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(time.TotalMinutes):0}m"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0.#}h"),
    };
}
