using Canary.Statistics;

namespace Canary.Core.Analysis;

/// <summary>Watches an absolute limit on the candidate's ratio of failed requests, in every stage and at every weight.</summary>
/// <remarks>Pods count while they warm up, too: their requests are real ones, and nothing is compared.</remarks>
internal sealed class GuardJudge(MetricSpec.Guard metric) : CounterJudge(metric)
{
    private const string Window = "window";
    private const int Width = 2;
    private const int NumbersOfBlock = 3;

    public override bool IsTest => false;

    public override bool Compares => false;

    public override bool CountsColdPods => true;

    public override string Against => string.Create(Culture, $"at most {100 * metric.MostErrors:0.##} % of the requests fail");

    public override (MetricState State, int Width, string? Problem) Prepare(MetricState state, RoundFacts facts) => (state, Width, null);

    public override ValueList<double>? Read(MetricReading reading, MetricState state, int width) => reading switch
    {
        MetricReading.Counts counts => [counts.Requests, counts.Errors],
        MetricReading.Absent => [0, 0],
        _ => null,
    };

    public override bool IsPossible(double[] difference) => difference[1] <= difference[0];

    public override double Requests(IReadOnlyList<double> values) => At(values, 0);

    public override MetricState Count(MetricState state, BlockRecord block)
    {
        if (!block.Exposed || Requests(block.Candidate) == 0)
        {
            return state;
        }

        // milliseconds of the time, then requests and errors
        var now = (double)block.At.ToUnixTimeMilliseconds();
        var former = Numbers(state, Window) ?? [];
        var recent = new List<double>();
        for (var i = 0; i + 2 < former.Count; i += NumbersOfBlock)
        {
            if (now - former[i] < metric.Window.TotalMilliseconds)
            {
                recent.AddRange([former[i], former[i + 1], former[i + 2]]);
            }
        }

        recent.AddRange([now, block.Candidate[0], block.Candidate[1]]);
        var numbers = NumberList.From(recent);
        var counted = state with
        {
            Stable = Sum(state.Stable, block.Stable),
            Candidate = Sum(state.Candidate, block.Candidate),
            Tests = [Store(Window, numbers, numbers)],
        };
        var (requests, errors) = InWindow(counted);
        return requests >= metric.FewestRequests && errors > metric.MostErrors * requests
            ? counted with { Tripped = state.Tripped ?? $"{Describe(counted)}; the limit is {Phrase.Percent(metric.MostErrors, 1)}" }
            : counted;
    }

    public override MetricVerdict Conclude(MetricState state, Circumstances about)
    {
        var (requests, errors) = InWindow(state);
        return new MetricVerdict
        {
            Name = Metric.Name,
            Measurement = state.Last,
            Tripped = state.Tripped is not null,
            Accepted = state.Tripped is null,
            WithinBound = state.Tripped is null,
            CandidateRequests = requests,
            CandidateBad = errors,
            Sentence = state.Tripped ?? Sentence(state),
        };
    }

    public override string Describe(MetricState state)
    {
        var (requests, errors) = InWindow(state);
        return requests == 0
            ? NothingYet(state)
            : string.Create(Culture, $"{Metric.Name}: {Phrase.Percent(errors, requests)} of {requests:N0} requests failed within {metric.Window.TotalSeconds:0.#} s");
    }

    private static (double Requests, double Errors) InWindow(MetricState state)
    {
        var numbers = Numbers(state, Window) ?? [];
        var (requests, errors) = (0.0, 0.0);
        for (var i = 0; i + 2 < numbers.Count; i += NumbersOfBlock)
        {
            requests += numbers[i + 1];
            errors += numbers[i + 2];
        }

        return (requests, errors);
    }
}
