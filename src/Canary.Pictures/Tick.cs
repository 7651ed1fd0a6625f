namespace Canary.Pictures;

/// <summary>A place on an axis that has a label.</summary>
/// <param name="Value">The value.</param>
/// <param name="Position">Where it is, in pixels.</param>
/// <param name="Label">What stands there, with its unit where the axis has none.</param>
internal sealed record Tick(double Value, double Position, string Label);
