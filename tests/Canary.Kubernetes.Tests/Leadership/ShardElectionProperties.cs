using Canary.Kubernetes.Leadership;
using CsCheck;
using Xunit;

namespace Canary.Kubernetes.Tests.Leadership;

/// <summary>Elections whose every request may be late, lost, refused or cut in two by a frozen process, on clocks that go wrong.</summary>
public sealed class ShardElectionProperties
{
    private static readonly TimeSpan LeaseDuration = TimeSpan.FromSeconds(10);

    [Fact]
    public void Rounds_AnyOrderAnyFault_NeverTwoLeadOneShardAndTermsRise() => Gen.Int[0, int.MaxValue].Sample(seed => Simulate(seed, changing: false), iter: 120);

    [Fact]
    public void Rounds_NumberOfShardsIsChanged_NeverTwoLeadOneRollout() => Gen.Int[0, int.MaxValue].Sample(seed => Simulate(seed, changing: true), iter: 120);

    [Fact]
    public void Rounds_NoFaultAnyMore_ComeToRestBalanced() => Gen.Int[0, int.MaxValue].Sample(
        seed =>
        {
            var run = new Run(new Random(seed), changing: false);
            run.Go(TimeSpan.FromSeconds(60), faults: true);
            run.Heal();
            run.Go(TimeSpan.FromSeconds(60), faults: false);
            var moves = run.Living.Sum(replica => replica.Changes.Count);
            run.Go(TimeSpan.FromSeconds(60), faults: false);

            var shares = run.Living.Select(replica => replica.Election.Held.Count()).ToList();
            Assert.Equal(run.Shards, shares.Sum());
            Assert.True(shares.Max() - shares.Min() <= 1, string.Join(", ", shares));
            Assert.Equal(moves, run.Living.Sum(replica => replica.Changes.Count));
        },
        iter: 40);

    [Fact]
    public void Rounds_OneDies_ItsShardsAreLedWithinALeaseAndTwoRounds() => Gen.Int[0, int.MaxValue].Sample(
        seed =>
        {
            var run = new Run(new Random(seed), changing: false) { MayStop = false };
            run.Go(TimeSpan.FromSeconds(60), faults: false);
            if (run.Living.Count < 2)
            {
                return;
            }

            run.Kill(run.Living[0]);
            run.Go((LeaseDuration / 0.9) + TimeSpan.FromSeconds(2 * 1.5 * 1.2 / 0.9), faults: false);

            Assert.Equal(run.Shards, run.Living.Sum(replica => replica.Election.Held.Count()));
        },
        iter: 40);

    private static void Simulate(int seed, bool changing)
    {
        var run = new Run(new Random(seed), changing);
        run.Go(TimeSpan.FromMinutes(3), faults: true);
        Assert.True(run.Terms > 0, "nobody ever led");
    }

    private sealed class Run
    {
        private readonly Random _random;
        private readonly bool _changing;
        private readonly LeaseWorld _world = new();
        private readonly Dictionary<SimulatedReplica, TimeSpan> _frozen = [];
        private readonly List<Action> _late = [];
        private readonly Dictionary<(int Shards, int Shard), long> _highest = [];
        private TimeSpan _now;
        private int _names;

        public Run(Random random, bool changing)
        {
            (_random, _changing) = (random, changing);
            Shards = random.Next(1, 7);
            for (var count = random.Next(1, 4); count > 0; count--)
            {
                Join();
            }
        }

        public int Shards { get; }

        public bool MayStop { get; init; } = true;

        public List<SimulatedReplica> Living { get; } = [];

        public int Terms => _highest.Count;

        public void Kill(SimulatedReplica replica) => Living.Remove(replica);

        public void Heal()
        {
            _frozen.Clear();
            Living.RemoveAll(replica => replica.IsLeaving);
            Living.ForEach(replica => replica.Busy.Clear());
            if (Living.Count == 0)
            {
                Join();
            }
        }

        public void Go(TimeSpan duration, bool faults)
        {
            for (var end = _now + duration; _now < end;)
            {
                if (faults)
                {
                    Disturb();
                }

                var ready = Living.Where(replica => replica.IsDue && _frozen.GetValueOrDefault(replica) <= _now).ToList();
                if (ready.Count == 0 || _random.Next(8) == 0)
                {
                    _now += TimeSpan.FromMilliseconds(_random.Next(1, 200));
                }
                else
                {
                    var replica = ready[_random.Next(ready.Count)];
                    var fate = faults && _random.Next(12) == 0 ? (Fate)_random.Next(1, 4) : Fate.Done;
                    if (replica.Step(fate) is { } later)
                    {
                        _late.Add(later);
                    }

                    _now += TimeSpan.FromMilliseconds(_random.Next(0, 10));
                }

                Living.RemoveAll(replica => replica.IsGone);
                Check();
            }
        }

        private void Disturb()
        {
            if (_late.Count > 0 && _random.Next(10) == 0)
            {
                var index = _random.Next(_late.Count);
                _late[index]();
                _late.RemoveAt(index);
            }

            var any = Living.Count > 0 ? Living[_random.Next(Living.Count)] : null;
            switch (_random.Next(600))
            {
                case < 4 when any is not null:
                    _frozen[any] = _now + TimeSpan.FromSeconds(_random.NextDouble() * 30);
                    break;
                case < 8 when any is not null:
                    any.Busy.Add(_random.Next(any.Shards));
                    break;
                case < 16 when any is not null:
                    any.Busy.Clear();
                    break;
                case < 17 when any is not null && Living.Count > 1:
                    Living.Remove(any);
                    break;
                case < 19 when any is not null && MayStop:
                    any.Stop();
                    break;
                case < 22 when Living.Count < 5:
                    Join();
                    break;
            }
        }

        private void Join()
        {
            var clock = new SkewedClock(() => _now, 0.9 + (0.2 * _random.NextDouble()), TimeSpan.FromHours(_random.Next(-48, 48)));
            var shards = _changing && _random.Next(2) == 0 ? _random.Next(1, 5) : Shards;
            Living.Add(new SimulatedReplica(_world, clock, $"r{_names++}", shards));
        }

        private void Check()
        {
            foreach (var number in Living.Select(replica => replica.Shards).Distinct())
            {
                for (var shard = 0; shard < number; shard++)
                {
                    var leaders = Living.Where(replica => replica.Shards == number && replica.Election.Leads(shard)).ToList();
                    Assert.True(leaders.Count <= 1, $"{string.Join(" and ", leaders.Select(leader => leader.Name))} lead shard {shard} at {_now}");
                    if (leaders is [var leader])
                    {
                        // the Lease of a shard that there is no more is removed, and its count with it
                        var term = leader.Election.TermOf(shard)!.Value; // it leads
                        Assert.True(_changing || term >= _highest.GetValueOrDefault((number, shard)), $"the term of shard {shard} fell to {term}");
                        _highest[(number, shard)] = term;
                    }
                }
            }

            // A rollout is in some shard of every number: whoever leads under one number is alone with it.
            var numbers = Living.Where(replica => replica.Election.Held.Any()).Select(replica => replica.Shards).Distinct().ToList();
            Assert.True(numbers.Count <= 1, $"shards are led under {string.Join(" and ", numbers)} at {_now}");
        }
    }
}
