namespace Canary.Sandbox.Load;

/// <summary>What the clients saw so far.</summary>
/// <param name="Elapsed">Since the start.</param>
/// <param name="Arrived">Requests that were due, a count.</param>
/// <param name="Dropped">Those not sent because too many were under way, a count.</param>
/// <param name="ByCode">Answers by HTTP status; 0 counts requests without an answer.</param>
internal sealed record LoadReport(TimeSpan Elapsed, long Arrived, long Dropped, IReadOnlyDictionary<int, long> ByCode)
{
    /// <summary>Requests that ended, with or without an answer.</summary>
    public long Completed => ByCode.Values.Sum();

    /// <summary>Requests without an answer or with a 5xx.</summary>
    public long Failed => ByCode.Where(entry => entry.Key is 0 or >= 500).Sum(entry => entry.Value);

    /// <summary>Completed requests per second.</summary>
    public double AchievedRate => Elapsed > TimeSpan.Zero ? Completed / Elapsed.TotalSeconds : 0;

    public override string ToString() =>
        FormattableString.Invariant($"{AchievedRate:0} requests/s over {Elapsed.TotalSeconds:0} s, {Failed} failed, {Dropped} dropped, ")
        + string.Join(' ', ByCode.OrderBy(entry => entry.Key).Select(entry => $"{entry.Key}:{entry.Value}"));
}
