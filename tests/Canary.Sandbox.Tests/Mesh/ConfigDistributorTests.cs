using System.Collections.Concurrent;
using Canary.Sandbox.Mesh;
using Canary.Sandbox.Tests.Nodes;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Canary.Sandbox.Tests.Mesh;

public sealed class ConfigDistributorTests
{
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(200);

    private readonly FakeTimeProvider _time = new();
    private readonly ConcurrentQueue<DateTimeOffset> _seen = new();
    private readonly ConcurrentQueue<(MeshConfig Config, DateTimeOffset At)> _applied = new();
    private readonly MeshConfig[] _states = [MeshConfig.Empty with { }, MeshConfig.Empty with { }];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task NoteChange_Twice_EachTakesEffectAfterItsOwnDelayInOrder()
    {
        var distributor = new ConfigDistributor(Compile, Delay, _time);
        distributor.Applied += config => _applied.Enqueue((config, _time.GetUtcNow()));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var running = distributor.RunAsync(stop.Token);

        distributor.NoteChange();
        await Eventually.HoldsAsync(() => _seen.Count == 1, "the first state", Token);
        _time.Advance(Delay * 0.5);
        Assert.Same(MeshConfig.Empty, distributor.Current);
        distributor.NoteChange();
        await Eventually.HoldsAsync(() => _seen.Count == 2, "the second state", Token);
        await Eventually.HoldsAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromMilliseconds(10));
                return _applied.Count == 2;
            },
            "both in effect",
            Token);

        Assert.Equal(_states, _applied.Select(applied => applied.Config));
        Assert.All(_applied.Zip(_seen), pair => Assert.True(pair.First.At - pair.Second >= Delay, $"took effect after {pair.First.At - pair.Second}"));
        Assert.Same(_states[1], distributor.Current);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private MeshConfig Compile()
    {
        var state = _states[_seen.Count];
        _seen.Enqueue(_time.GetUtcNow());
        return state;
    }
}
