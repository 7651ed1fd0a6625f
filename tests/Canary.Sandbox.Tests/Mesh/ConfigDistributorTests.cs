using Canary.Sandbox.Mesh;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Canary.Sandbox.Tests.Mesh;

public sealed class ConfigDistributorTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task NoteChange_BeforeTheDelayIsOver_ChangesNothing()
    {
        var time = new FakeTimeProvider();
        var compiled = new TaskCompletionSource();
        var applied = new TaskCompletionSource<MeshConfig>();
        var wanted = MeshConfig.Empty with { };
        var distributor = new ConfigDistributor(
            () =>
            {
                compiled.TrySetResult();
                return wanted;
            },
            TimeSpan.FromMilliseconds(200),
            time);
        distributor.Applied += config => applied.TrySetResult(config);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var running = distributor.RunAsync(stop.Token);

        distributor.NoteChange();
        await compiled.Task.WaitAsync(Token);
        time.Advance(TimeSpan.FromMilliseconds(199));
        Assert.False(applied.Task.IsCompleted);
        Assert.NotSame(wanted, distributor.Current);
        time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Same(wanted, await applied.Task.WaitAsync(Token));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task NoteChange_WhileAnotherIsUnderWay_EachTakesItsOwnTime()
    {
        var time = new FakeTimeProvider();
        var compiled = new SemaphoreSlim(0);
        var states = new Queue<MeshConfig>([MeshConfig.Empty with { }, MeshConfig.Empty with { }]);
        MeshConfig[] inOrder = [.. states];
        var applied = System.Threading.Channels.Channel.CreateUnbounded<MeshConfig>();
        var distributor = new ConfigDistributor(
            () =>
            {
                compiled.Release();
                return states.Dequeue();
            },
            TimeSpan.FromMilliseconds(200),
            time);
        distributor.Applied += config => applied.Writer.TryWrite(config);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var running = distributor.RunAsync(stop.Token);

        distributor.NoteChange();
        await compiled.WaitAsync(Token);
        time.Advance(TimeSpan.FromMilliseconds(150));
        distributor.NoteChange();
        await compiled.WaitAsync(Token);
        time.Advance(TimeSpan.FromMilliseconds(50));
        Assert.Same(inOrder[0], await applied.Reader.ReadAsync(Token));
        Assert.False(applied.Reader.TryPeek(out _));
        time.Advance(TimeSpan.FromMilliseconds(150));

        Assert.Same(inOrder[1], await applied.Reader.ReadAsync(Token));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }
}
