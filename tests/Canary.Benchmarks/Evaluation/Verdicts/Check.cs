namespace Canary.Benchmarks.Evaluation.Verdicts;

/// <summary>One promise, and whether the simulations bear it out.</summary>
/// <param name="Promise">What must hold.</param>
/// <param name="Holds">Whether it does; null when its table was not simulated, or nothing is promised.</param>
/// <param name="Found">What was found, with figures.</param>
internal sealed record Check(string Promise, bool? Holds, string Found)
{
    public override string ToString() => $"{Holds switch { true => "holds", false => "FAILS", _ => Found.Length > 0 ? "measured" : "not simulated" }}: {Promise}. {Found}".TrimEnd();
}
