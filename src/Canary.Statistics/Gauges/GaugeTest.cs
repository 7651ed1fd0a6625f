using MathNet.Numerics.Distributions;

namespace Canary.Statistics;

/// <summary>Sequential comparison of a gauge, such as CPU, memory or a queue, in both arms. Looked at after every reading.</summary>
/// <remarks>
/// <para>Unlike the tests of counts this one is approximate: gauges have no known law. Each reading is the logarithm of candidate over baseline less that of the margin.</para>
/// <para>With history, what is summed is how far each reading lies from what the one before lets expect, with correlation and variance learned from stable pods; the evidence is the one-sided normal
/// mixture. False rollbacks measured: 0 to 0.3 % at 1 % for correlations up to 0.97 between 10-second readings. Without history, blocks of 300 seconds are averaged and compared by the one-sided
/// mixture for a mean of unknown variance (right Haar prior): exact for independent normal blocks, 0.7 % measured at a correlation of 0.9, and not a reason to roll back by itself.</para>
/// <para>Source: docs/analysis.md; S. R. Howard et al., Annals of Statistics 49 (2021) for the mixture; H. Wang, A. Ramdas, arXiv:2310.03722 for the mean of unknown variance. Checked against
/// 50-digit vectors and by simulation in GaugeTestTests. Pure; thread-safe.</para>
/// </remarks>
public static class GaugeTest
{
    /// <summary>Weight of the prior in the mixture without history: one block's worth.</summary>
    private const double Prior = 1;

    /// <summary>Fewest blocks without history: with one, no spread is known.</summary>
    private const double LeastBlocks = 2;

    /// <summary>The state before the first reading: no evidence.</summary>
    /// <returns>A state whose evidence is 1.</returns>
    public static GaugeTestState Start() => new()
    {
        Readings = 0,
        LogRatioSum = 0,
        HasPrevious = false,
        Previous = 0,
        BlockReadings = 0,
        BlockSum = 0,
        Steps = 0,
        Sum = 0,
        Squares = 0,
        MaximumLogEvidence = 0,
    };

    /// <summary>Takes one reading of both arms into account.</summary>
    /// <param name="settings">The settings that the test is run with, always the same.</param>
    /// <param name="state">Where the test stands.</param>
    /// <param name="candidate">Mean over the candidate's pods.</param>
    /// <param name="baseline">Mean over the baseline's pods at the same time.</param>
    /// <returns>The next state. When a mean is not a finite number greater than 0, the reading is a gap: nothing is counted, and the next reading is not compared with the one before the gap.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static GaugeTestState Advance(GaugeTestSettings settings, GaugeTestState state, double candidate, double baseline)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(state);
        if (!IsReading(candidate) || !IsReading(baseline))
        {
            return state.HasPrevious ? state with { HasPrevious = false, Previous = 0 } : state;
        }

        // the logarithms apart: a quotient of extremes is not finite
        var logRatio = Math.Log(candidate) - Math.Log(baseline);
        var beyond = logRatio - Math.Log(settings.Margin);
        beyond = settings.SeeksAbove ? beyond : -beyond;
        var read = state with { Readings = state.Readings + 1, LogRatioSum = state.LogRatioSum + logRatio };
        var next = settings.History is { } history ? Surprised(history, read, beyond) : Averaged(settings, read, beyond);
        return next with { MaximumLogEvidence = Math.Max(next.MaximumLogEvidence, LogEvidence(settings, next)) };
    }

    /// <summary>The evidence that the candidate's gauge is beyond the margin.</summary>
    /// <param name="settings">The settings that the test is run with, always the same.</param>
    /// <param name="state">Where the test stands.</param>
    /// <returns>Natural logarithm of the e-value, finite; 0 until the first surprise, or the second block without history.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static double LogEvidence(GaugeTestSettings settings, GaugeTestState state)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(state);
        return settings.History is { } history
            ? state.Steps == 0 ? 0 : Mixture(settings, history).LogEvidence(state.Sum, state.Steps * history.Variance)
            : LogEvidenceOfUnknownVariance(state.Steps, state.Sum, state.Squares);
    }

    /// <summary>The one-sided mixture for a mean of unknown variance.</summary>
    /// <param name="n">Observations.</param>
    /// <param name="sum">Their sum.</param>
    /// <param name="squares">Their sum of squares.</param>
    internal static double LogEvidenceOfUnknownVariance(double n, double sum, double squares)
    {
        var rest = squares - sum * sum / (n + Prior);

        // all blocks exactly on the margin, or too few to know a spread
        if (n < LeastBlocks || rest <= 0)
        {
            return 0;
        }

        var t = sum / (n + Prior) / Math.Sqrt(rest / (n * (n + Prior)));
        return 0.5 * Math.Log(Prior / (n + Prior)) + n / 2 * Math.Log(squares / rest) + Math.Log(2) + LogStudent(t, n);
    }

    private static GaugeTestState Surprised(GaugeHistory history, GaugeTestState state, double beyond)
    {
        var next = state with { HasPrevious = true, Previous = beyond };
        if (!state.HasPrevious)
        {
            return next;
        }

        var surprise = beyond - history.Correlation * state.Previous;
        return next with { Steps = state.Steps + 1, Sum = state.Sum + surprise, Squares = state.Squares + surprise * surprise };
    }

    private static GaugeTestState Averaged(GaugeTestSettings settings, GaugeTestState state, double beyond)
    {
        var (readings, sum) = (state.BlockReadings + 1, state.BlockSum + beyond);
        if (readings < settings.ReadingsPerBlock)
        {
            return state with { BlockReadings = readings, BlockSum = sum };
        }

        var mean = sum / readings;
        return state with { BlockReadings = 0, BlockSum = 0, Steps = state.Steps + 1, Sum = state.Sum + mean, Squares = state.Squares + mean * mean };
    }

    private static OneSidedNormalMixture Mixture(GaugeTestSettings settings, GaugeHistory history)
    {
        // a lasting difference of the gauge is a smaller one of each surprise
        var expected = settings.ExpectedLogDifference * (1 - history.Correlation);
        return new(history.Variance * history.Variance / (expected * expected));
    }

    private static bool IsReading(double value) => double.IsFinite(value) && value > 0;

    /// <summary>Logarithm of Student's distribution function, also where the function itself is too small for a double.</summary>
    private static double LogStudent(double t, double freedom)
    {
        var value = StudentT.CDF(0, 1, freedom, t);
        if (value > 1e-280)
        {
            return Math.Log(value);
        }

        // the tail's integral by parts; what is left out is of the order of t^-4, and t is beyond -30 here
        return StudentT.PDFLn(0, 1, freedom, t) + Math.Log((freedom + t * t) / (freedom * -t)) - LogSpace.LogOnePlus(1 / (t * t));
    }
}
