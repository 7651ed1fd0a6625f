using System.Globalization;

namespace Canary.Testing.Faults;

/// <summary>Which request meets which fault: chance with a seed. Thread-safe.</summary>
/// <remarks>
/// The fault of a request depends on the seed, on what the request is about, and on how many like it came before, not on what other requests do meanwhile:
/// so a seed gives the same faults again as long as the client asks the same. Every kind of request meets a bounded number of faults, so that every story ends.
/// </remarks>
/// <param name="seed">The seed; printed with <see cref="ToString"/>.</param>
/// <param name="story">What is told meanwhile: other stories meet other faults with the same seed.</param>
/// <param name="most">The most faults of one kind of request; about one in three meets one until then.</param>
public sealed class FaultPlan(int seed, string story, int most)
{
    private const double Share = 0.3;

    private static readonly (Fault Fault, int Weight)[] OfWrites =
    [
        (Fault.Conflict, 4), (Fault.LostToError, 4), (Fault.LostToReset, 3), (Fault.LostToSilence, 1), (Fault.Late, 2), (Fault.TooManyRequests, 2), (Fault.InternalError, 3),
        (Fault.Unavailable, 3), (Fault.Unauthorized, 1), (Fault.Slow, 4), (Fault.NoAnswer, 1), (Fault.Reset, 2),
    ];

    private static readonly (Fault Fault, int Weight)[] OfReads =
    [
        (Fault.TooManyRequests, 2), (Fault.InternalError, 3), (Fault.Unavailable, 3), (Fault.Unauthorized, 1), (Fault.Slow, 4), (Fault.NoAnswer, 1), (Fault.HalfOpen, 1), (Fault.Reset, 2),
    ];

    private static readonly (Fault Fault, int Weight)[] OfLists = [.. OfReads, (Fault.StaleList, 10), (Fault.Gone, 1)];

    private static readonly (Fault Fault, int Weight)[] OfWatches = [.. OfReads, (Fault.Gone, 3), (Fault.Closed, 2)];

    private static readonly (Fault Fault, int Weight)[] OfEvents =
    [
        (Fault.Closed, 4), (Fault.Torn, 3), (Fault.Reset, 2), (Fault.Gone, 3), (Fault.HalfOpen, 1), (Fault.Slow, 5), (Fault.Duplicated, 5), (Fault.Repeated, 4), (Fault.Dropped, 3),
    ];

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (int Requests, int Faults)> _classes = [];
    private readonly SortedDictionary<Fault, int> _met = [];
    private bool _calm;

    /// <summary>How many faults there were, of all kinds.</summary>
    public int Met
    {
        get
        {
            lock (_lock)
            {
                return _met.Values.Sum();
            }
        }
    }

    /// <summary>How often each fault was met.</summary>
    public IReadOnlyDictionary<Fault, int> Faults
    {
        get
        {
            lock (_lock)
            {
                return new Dictionary<Fault, int>(_met);
            }
        }
    }

    /// <summary>Ends all faults.</summary>
    public void Calm()
    {
        lock (_lock)
        {
            _calm = true;
        }
    }

    /// <summary>Draws the fault of the next request of its kind.</summary>
    /// <param name="target">What it is about.</param>
    /// <returns>The fault, and a number in [0, 1) for its size.</returns>
    public (Fault Fault, double Size) Next(ApiTarget target)
    {
        ArgumentNullException.ThrowIfNull(target);
        var faults = target.IsWrite ? OfWrites : target.Verb switch { "list" => OfLists, "watch" => OfWatches, _ => OfReads };
        var (fault, size) = Draw(target.ToString(), faults);

        // a create that is refused with 409 would mean that the name is taken
        return (fault == Fault.Conflict && target.Verb == "create" ? Count(Fault.Conflict, Fault.InternalError) : fault, size);
    }

    /// <summary>Draws the fault of the next event of a watch.</summary>
    public (Fault Fault, double Size) NextEvent(ApiTarget target) => Draw($"{target} event", OfEvents);

    /// <summary>The seed, and what came of it.</summary>
    public override string ToString()
    {
        lock (_lock)
        {
            return string.Create(CultureInfo.InvariantCulture, $"seed {seed}: {string.Join(", ", _met.Select(pair => $"{pair.Key} {pair.Value}"))}");
        }
    }

    private (Fault Fault, double Size) Draw(string name, (Fault Fault, int Weight)[] faults)
    {
        lock (_lock)
        {
            var (requests, met) = _classes.GetValueOrDefault(name);
            var fault = Fault.None;
            var chance = new SplitMixRandom(HashOf(name, requests));
            if (!_calm && met < most && chance.NextDouble() < Share)
            {
                var drawn = chance.Next(faults.Sum(entry => entry.Weight));
                fault = faults.First(entry => (drawn -= entry.Weight) < 0).Fault;
                _met[fault] = _met.GetValueOrDefault(fault) + 1;
                met++;
            }

            _classes[name] = (requests + 1, met);
            return (fault, chance.NextDouble());
        }
    }

    private Fault Count(Fault drawn, Fault instead)
    {
        lock (_lock)
        {
            _met[drawn]--;
            _met[instead] = _met.GetValueOrDefault(instead) + 1;
            return instead;
        }
    }

    // FNV-1a: .NET's own string hash differs between processes
    private int HashOf(string name, int ordinal)
    {
        var hash = 2_166_136_261u;
        foreach (var letter in string.Create(CultureInfo.InvariantCulture, $"{seed} {story} {name} {ordinal}"))
        {
            hash = unchecked((hash ^ letter) * 16_777_619u);
        }

        return unchecked((int)(hash ^ (hash >> 15)));
    }
}
