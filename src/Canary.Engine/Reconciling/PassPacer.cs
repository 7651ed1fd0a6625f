using System.Collections.Concurrent;
using Canary.Core;
using Canary.Core.Rollouts;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Canary.Engine.Reconciling;

/// <summary>Says how soon to look again after a pass. Thread-safe for different rollouts.</summary>
/// <remarks>
/// A pass that changed something is followed by another one at once, until nothing changes any more. Two things would make that a busy loop:
/// caches that do not show the effects yet, and a writer that undoes them. The first is waited for, the second is held back and told once.
/// </remarks>
internal sealed class PassPacer(TimeProvider time, IOptions<EngineOptions> options, ILogger<PassPacer> logger)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(1);

    // While it is held a rollout hears of commands only, so a failing candidate must not be left alone for long.
    private static readonly TimeSpan LongestHold = TimeSpan.FromSeconds(5);

    private readonly EngineOptions _options = options.Value;
    private readonly ConcurrentDictionary<RolloutKey, Memory> _memories = [];

    /// <summary>Says how soon to look again after a pass that changed something.</summary>
    public Pace AfterChange(RolloutKey key, Pass pass)
    {
        var memory = _memories.GetOrAdd(key, static _ => new Memory());
        memory.Lost = 0;
        if (memory.Changes == 0 || time.GetElapsedTime(memory.Since) >= Window)
        {
            memory.Since = time.GetTimestamp();
            memory.Changes = 0;
        }

        memory.Changes++;
        if (memory.Holds > 0 || memory.Changes > _options.PassesPerSecond)
        {
            if (memory.Holds++ == 0)
            {
                logger.RanHot(key, memory.Changes);
            }

            return new Pace(Doubled(_options.BackOffBase, memory.Holds, LongestHold), Hold: true);
        }

        var unseen = !pass.Advanced && pass.Effects.Equals(memory.Effects);
        memory.Effects = pass.Effects;
        memory.Unseen = unseen ? memory.Unseen + 1 : 0;
        return new Pace(unseen ? Doubled(_options.LookAgainDelay, memory.Unseen, LongestLook) : TimeSpan.Zero, Hold: false);
    }

    /// <summary>Says how soon to look again after a lost race: what was read is older than what is stored.</summary>
    public TimeSpan AfterLostRace(RolloutKey key) =>
        Doubled(_options.LookAgainDelay, ++_memories.GetOrAdd(key, static _ => new Memory()).Lost, LongestLook);

    /// <summary>Forgets a rollout that has settled or is gone.</summary>
    public void Forget(RolloutKey key) => _memories.TryRemove(key, out _);

    private static TimeSpan Doubled(TimeSpan shortest, int times, TimeSpan longest) =>
        TimeSpan.FromMilliseconds(Math.Min(shortest.TotalMilliseconds * Math.Pow(2, times - 1), longest.TotalMilliseconds));

    private sealed class Memory
    {
        public long Since { get; set; }

        public int Changes { get; set; }

        public int Holds { get; set; }

        public int Lost { get; set; }

        public int Unseen { get; set; }

        public ValueList<Effect>? Effects { get; set; }
    }
}

/// <summary>How soon to look again.</summary>
/// <param name="Delay">After how long; zero is at once.</param>
/// <param name="Hold">Whether ordinary changes wait for it too.</param>
internal readonly record struct Pace(TimeSpan Delay, bool Hold);
