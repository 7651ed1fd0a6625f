namespace Canary.Benchmarks.Evaluation.Trials;

/// <summary>What is the case in a scenario, and thus which call of a rule is wrong.</summary>
internal enum Truth
{
    /// <summary>The candidate is as the baseline is, or within the margin: a rollback is false.</summary>
    Harmless,

    /// <summary>The candidate is worse: what counts is how soon it is seen.</summary>
    Worse,

    /// <summary>The candidate is as the baseline is, and the question is how soon that is proven.</summary>
    Acceptable,

    /// <summary>The candidate lies on the margin of acceptance: to accept it is false.</summary>
    Unacceptable,
}
