using Canary.Statistics;

namespace Canary.Core.Analysis;

/// <summary>One side of the comparison of two rates: by the count test, or by the binomial test where bad requests are common.</summary>
internal abstract class RateTest
{
    /// <summary>The side that rolls back.</summary>
    public static RateTest Rollback(Margins margins, MetricTerms terms) => terms.Projected
        ? new Projected(BinomialTestSettings.Rollback(margins.Ratio, margins.Difference, terms.Dispersion))
        : new Counted(CountTestSettings.Rollback(margins.Ratio, margins.Difference, terms.Dispersion));

    /// <summary>The side that accepts.</summary>
    public static RateTest Acceptance(Margins margins, MetricTerms terms) => terms.Projected
        ? new Projected(BinomialTestSettings.Acceptance(margins.AcceptRatio, margins.AcceptDifference, terms.Dispersion))
        : new Counted(CountTestSettings.Acceptance(margins.AcceptRatio, margins.AcceptDifference, terms.Dispersion));

    public abstract object Start(double share);

    public abstract object Restart(object state, double share);

    public abstract object Advance(object state, in CountBlock block);

    public abstract double LogEvidence(object state);

    public abstract double MaximumLogEvidence(object state);

    public abstract NumberList ToNumbers(object state);

    public abstract object FromNumbers(ValueList<double> numbers);

    private sealed class Counted(CountTestSettings settings) : RateTest
    {
        public override object Start(double share) => CountTest.Start(settings, share);

        public override object Restart(object state, double share) => CountTest.Restart(settings, (CountTestState)state, share);

        public override object Advance(object state, in CountBlock block) => CountTest.Advance(settings, (CountTestState)state, block);

        public override double LogEvidence(object state) => CountTest.LogEvidence(settings, (CountTestState)state);

        public override double MaximumLogEvidence(object state) => ((CountTestState)state).MaximumLogEvidence;

        public override NumberList ToNumbers(object state) => ((CountTestState)state).ToNumbers();

        public override object FromNumbers(ValueList<double> numbers) => CountTestState.FromNumbers(numbers);
    }

    private sealed class Projected(BinomialTestSettings settings) : RateTest
    {
        public override object Start(double share) => BinomialTest.Start(settings, share);

        public override object Restart(object state, double share) => BinomialTest.Restart(settings, (BinomialTestState)state, share);

        public override object Advance(object state, in CountBlock block) => BinomialTest.Advance(settings, (BinomialTestState)state, block);

        public override double LogEvidence(object state) => BinomialTest.LogEvidence(settings, (BinomialTestState)state);

        public override double MaximumLogEvidence(object state) => ((BinomialTestState)state).Counts.MaximumLogEvidence;

        public override NumberList ToNumbers(object state) => ((BinomialTestState)state).ToNumbers();

        public override object FromNumbers(ValueList<double> numbers) => BinomialTestState.FromNumbers(numbers);
    }
}
