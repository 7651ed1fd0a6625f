using Canary.Core.Traffic;

namespace Canary.Core;

/// <summary>One stage of a plan.</summary>
public abstract record Step
{
    private Step()
    {
    }

    /// <summary>The word that the manifest uses for this kind of step.</summary>
    public abstract string Kind { get; }

    /// <summary>Moves the candidate's share of requests.</summary>
    /// <param name="To">The new share; higher than that of every earlier step.</param>
    public sealed record SetWeight(Weight To) : Step
    {
        /// <inheritdoc />
        public override string Kind => "setWeight";
    }

    /// <summary>Waits.</summary>
    /// <param name="Duration">How long; null waits for a person.</param>
    public sealed record Pause(TimeSpan? Duration) : Step
    {
        /// <inheritdoc />
        public override string Kind => "pause";
    }

    /// <summary>Waits for proof that the candidate is no worse, or that it is.</summary>
    /// <param name="AtLeast">The step never ends well before this time; zero or more.</param>
    /// <param name="AtMost">Without proof by then the step is inconclusive; at least <paramref name="AtLeast"/>.</param>
    public sealed record Analyze(TimeSpan AtLeast, TimeSpan AtMost) : Step
    {
        /// <inheritdoc />
        public override string Kind => "analyze";
    }
}
