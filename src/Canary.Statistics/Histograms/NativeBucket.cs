namespace Canary.Statistics;

/// <summary>One populated bucket of a native histogram.</summary>
/// <param name="Index">Its position: with schema s it holds what is above 2^((Index - 1) / 2^s) up to and with 2^(Index / 2^s).</param>
/// <param name="Count">Observations in it (not cumulative).</param>
public readonly record struct NativeBucket(int Index, double Count);
