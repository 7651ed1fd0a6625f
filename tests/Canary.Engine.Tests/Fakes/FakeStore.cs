using System.Collections.Concurrent;
using System.Globalization;
using Canary.Core;
using Canary.Core.Analysis;
using Canary.Core.Rollouts;
using Canary.Engine.Ports;

namespace Canary.Engine.Tests.Fakes;

/// <summary>Keeps rollouts in memory, with versions as the API server has them.</summary>
internal sealed class FakeStore(Journal journal) : IRolloutStore
{
    private readonly ConcurrentDictionary<RolloutKey, Snapshot> _snapshots = [];

    public event Action<RolloutKey, bool>? Changed;

    /// <summary>What storing a status answers; null stores it.</summary>
    public Func<RolloutKey, StoreResult?> OnStatus { get; set; } = _ => null;

    /// <summary>Runs before a status is stored.</summary>
    public Func<RolloutKey, CancellationToken, Task> BeforeStatus { get; set; } = (_, _) => Task.CompletedTask;

    public Func<RolloutKey, StoreResult> OnEvidence { get; set; } = _ => StoreResult.Stored;

    public void Put(RolloutKey key, Func<Snapshot, Snapshot>? change = null)
    {
        var fresh = new Snapshot
        {
            Observation = new Observation { At = DateTimeOffset.UnixEpoch, Key = key },
            Version = "1",
            Uid = key.ToString(),
        };
        _snapshots.AddOrUpdate(
            key,
            _ => change?.Invoke(fresh) ?? fresh,
            (_, old) => Next(change?.Invoke(old) ?? old));
    }

    public void Remove(RolloutKey key) => _snapshots.TryRemove(key, out _);

    public RolloutStatus StatusOf(RolloutKey key) => _snapshots[key].Observation.Status;

    public void Raise(RolloutKey key, bool urgent = false) => Changed?.Invoke(key, urgent);

    public IReadOnlyCollection<RolloutKey> List() => [.. _snapshots.Keys];

    public Snapshot? Observe(RolloutKey key, DateTimeOffset at) =>
        _snapshots.TryGetValue(key, out var snapshot) ? snapshot with { Observation = snapshot.Observation with { At = at } } : null;

    public async Task<StoreResult> StoreStatusAsync(Snapshot snapshot, RolloutStatus status, CancellationToken cancellation)
    {
        var key = snapshot.Observation.Key;
        await BeforeStatus(key, cancellation);
        cancellation.ThrowIfCancellationRequested();
        var result = OnStatus(key);
        if (result is null)
        {
            result = StoreResult.LostRace;
            if (!_snapshots.TryGetValue(key, out var present))
            {
                result = StoreResult.Gone;
            }
            else if (present.Version == snapshot.Version)
            {
                var changed = present with { Observation = present.Observation with { Status = status } };
                changed = present.Observation.Status == status ? changed : Next(changed);
                result = _snapshots.TryUpdate(key, changed, present) ? StoreResult.Stored : StoreResult.LostRace;
            }
        }

        journal.Add($"status {key.Name} {result}");
        return result.Value;
    }

    public Task<StoreResult> StoreEvidenceAsync(Snapshot snapshot, AnalysisState state, Verdict verdict, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var key = snapshot.Observation.Key;
        var result = OnEvidence(key);
        journal.Add($"evidence {key.Name} {verdict.State} {result}");
        return Task.FromResult(result);
    }

    private static Snapshot Next(Snapshot snapshot) =>
        snapshot with { Version = (int.Parse(snapshot.Version, CultureInfo.InvariantCulture) + 1).ToString(CultureInfo.InvariantCulture) };
}
