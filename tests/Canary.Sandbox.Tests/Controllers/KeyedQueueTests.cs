using Canary.Sandbox.Controllers;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Canary.Sandbox.Tests.Controllers;

public sealed class KeyedQueueTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly KeyedQueue<string> _queue;

    public KeyedQueueTests() => _queue = new KeyedQueue<string>(_time);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _queue.Dispose();

    [Fact]
    public async Task Add_Twice_ComesOnce()
    {
        _queue.Add("a");
        _queue.Add("a");
        _queue.Add("b");

        Assert.Equal("a", await _queue.TakeAsync(Token));
        Assert.Equal("b", await _queue.TakeAsync(Token));
    }

    [Fact]
    public async Task Add_WhileWorkedOn_ComesAgainOnlyWhenDone()
    {
        _queue.Add("a");
        var key = await _queue.TakeAsync(Token);
        _queue.Add("a");
        var next = _queue.TakeAsync(Token).AsTask();

        Assert.False(next.IsCompleted);
        _queue.Done(key);
        Assert.Equal("a", await next);
    }

    [Fact]
    public async Task AddAfter_TwoDelays_TheShorterCounts()
    {
        _queue.AddAfter("a", TimeSpan.FromSeconds(10));
        _queue.AddAfter("a", TimeSpan.FromSeconds(2));
        _queue.AddAfter("a", TimeSpan.FromSeconds(5));
        var next = _queue.TakeAsync(Token).AsTask();

        _time.Advance(TimeSpan.FromSeconds(1.9));
        Assert.False(next.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.1));

        Assert.Equal("a", await next);
    }
}
