namespace Canary.Benchmarks.Evaluation.Trials;

/// <summary>What a rule says after a reading.</summary>
internal enum Call
{
    Continue,
    RollBack,
    Accept,
}
