using Canary.Core.Rollouts;
using Canary.Engine.Reconciling;
using Canary.Engine.Tests.Fakes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using static Canary.Engine.Tests.Fakes.Sample;

namespace Canary.Engine.Tests.Reconciling;

public sealed class PassPacerTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly RecordingLogs _logs = new();
    private readonly PassPacer _pacer;

    public PassPacerTests() =>
        _pacer = new PassPacer(_time, Options.Create(new EngineOptions { PassesPerSecond = 3 }), new Logger<PassPacer>(_logs));

    public void Dispose() => _logs.Dispose();

    private static Pass Advanced => new(PassEnd.Changed) { Advanced = true };

    private static Pass Asked => new(PassEnd.Changed) { Effects = [Create] };

    [Fact]
    public void AfterChange_StatusAdvanced_LooksAtOnce() => Assert.Equal(new Pace(TimeSpan.Zero, Hold: false), _pacer.AfterChange(Checkout, Advanced));

    [Fact]
    public void AfterChange_SameEffectsAgain_WaitsEverLonger()
    {
        Assert.Equal(TimeSpan.Zero, _pacer.AfterChange(Checkout, Asked).Delay);
        Assert.Equal(TimeSpan.FromMilliseconds(20), _pacer.AfterChange(Checkout, Asked).Delay);
        Assert.Equal(TimeSpan.FromMilliseconds(40), _pacer.AfterChange(Checkout, Asked).Delay);
    }

    [Fact]
    public void AfterChange_OtherEffects_LooksAtOnce()
    {
        _pacer.AfterChange(Checkout, Asked);
        _pacer.AfterChange(Checkout, Asked);

        Assert.Equal(TimeSpan.Zero, _pacer.AfterChange(Checkout, new Pass(PassEnd.Changed) { Effects = [Lower] }).Delay);
    }

    [Fact]
    public void AfterChange_TooManyWithinASecond_HoldsEverLongerUntilItSettles()
    {
        var paces = Enumerable.Range(0, 12).Select(_ => _pacer.AfterChange(Checkout, Advanced)).ToList();

        Assert.All(paces.Take(3), pace => Assert.False(pace.Hold));
        Assert.All(paces.Skip(3), pace => Assert.True(pace.Hold));
        Assert.Equal([200, 400, 800, 1600, 3200, 5000, 5000], paces.Skip(3).Take(7).Select(pace => pace.Delay.TotalMilliseconds));
        Assert.Equal(1, _logs.Count("RanHot"));

        _pacer.Forget(Checkout);
        Assert.False(_pacer.AfterChange(Checkout, Advanced).Hold);
    }

    [Fact]
    public void AfterChange_SpreadOverSeconds_DoesNotHold()
    {
        for (var pass = 0; pass < 30; pass++)
        {
            Assert.False(_pacer.AfterChange(Checkout, Advanced).Hold);
            _time.Advance(TimeSpan.FromMilliseconds(400));
        }
    }

    [Fact]
    public void AfterChange_OneRolloutIsHot_OthersAreNotHeld()
    {
        for (var pass = 0; pass < 10; pass++)
        {
            _pacer.AfterChange(Checkout, Advanced);
        }

        Assert.False(_pacer.AfterChange(Search, Advanced).Hold);
    }

    [Fact]
    public void AfterLostRace_InARow_WaitsEverLongerUpToASecond()
    {
        var waits = Enumerable.Range(0, 8).Select(_ => _pacer.AfterLostRace(Checkout).TotalMilliseconds).ToList();

        Assert.Equal([20, 40, 80, 160, 320, 640, 1000, 1000], waits);
    }
}
