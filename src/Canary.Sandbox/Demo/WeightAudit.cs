using System.Globalization;
using Canary.Sandbox.Nodes;

namespace Canary.Sandbox.Demo;

/// <summary>Compares the requests that the pods themselves counted with the weight that was set, step by step.</summary>
internal sealed class WeightAudit
{
    private readonly List<(int Weight, long Candidate, long All)> _steps = [];
    private (int Weight, DateTimeOffset From, long Candidate, long All)? _open;

    /// <summary>Whether every step with enough requests had the share that its weight asks for, within 2 percentage points or 4 standard deviations.</summary>
    public bool Agrees => _steps.All(step => Agree(step.Weight, step.Candidate, step.All));

    /// <summary>Requests of the candidate over all steps.</summary>
    public long Candidate => _steps.Sum(step => step.Candidate);

    /// <summary>Takes one look at the counts.</summary>
    /// <param name="weight">The weight that is set and known to the mesh since <paramref name="known"/>.</param>
    /// <param name="known">Since when the mesh knows it.</param>
    /// <param name="hash">The candidate's hash; null while there is none.</param>
    /// <param name="counts">What the pods counted so far.</param>
    public void Look(int weight, DateTimeOffset known, string? hash, IReadOnlyList<PodCount> counts)
    {
        var candidate = counts.Where(pod => pod.Hash == hash).Sum(pod => pod.Requests);
        var all = counts.Sum(pod => pod.Requests);
        if (_open is not { } open || open.Weight != weight || open.From != known)
        {
            Close();
            _open = (weight, known, candidate, all);
            return;
        }

        _last = (candidate, all);
    }

    private (long Candidate, long All)? _last;

    /// <summary>Ends the step under way.</summary>
    public void Close()
    {
        if (_open is { } open && _last is { } last && last.All > open.All)
        {
            _steps.Add((open.Weight, last.Candidate - open.Candidate, last.All - open.All));
        }

        _open = null;
        _last = null;
    }

    /// <summary>Shows the steps for people.</summary>
    public override string ToString() => string.Join(", ", _steps.Where(step => step.Weight > 0).Select(step =>
        string.Create(CultureInfo.InvariantCulture, $"{step.Weight} % asked, {100.0 * step.Candidate / step.All:0.0} % of {step.All:N0} counted at the pods")));

    private static bool Agree(int weight, long candidate, long all)
    {
        var share = weight / 100.0;
        return all < 200 || Math.Abs((double)candidate / all - share) <= Math.Max(0.02, 4 * Math.Sqrt(share * (1 - share) / all));
    }
}
