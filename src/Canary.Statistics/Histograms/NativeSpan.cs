namespace Canary.Statistics;

/// <summary>A run of consecutive buckets in the sparse form that Prometheus exposes native histograms in.</summary>
/// <param name="Offset">For the first span the index of its first bucket, for later ones the number of buckets left out since the span before.</param>
/// <param name="Length">How many buckets there are in it; 0 or more.</param>
public readonly record struct NativeSpan(int Offset, int Length);
