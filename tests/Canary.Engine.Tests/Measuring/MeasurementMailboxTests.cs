using Canary.Core.Analysis;
using Canary.Engine.Measuring;
using static Canary.Engine.Tests.Fakes.Sample;

namespace Canary.Engine.Tests.Measuring;

public sealed class MeasurementMailboxTests
{
    private static readonly Measurement Earlier = new(DateTimeOffset.UnixEpoch, []);
    private static readonly Measurement Later = new(DateTimeOffset.UnixEpoch.AddSeconds(5), []);

    private readonly MeasurementMailbox _mailbox = new();

    [Fact]
    public void Take_TwoRounds_GivesTheLatestOnce()
    {
        _mailbox.Post(Checkout, Of("run", Earlier));
        _mailbox.Post(Checkout, Of("run", Later));

        Assert.Same(Later, _mailbox.Take(Checkout, "run")?.Measurement);
        Assert.Null(_mailbox.Take(Checkout, "run"));
    }

    [Fact]
    public void Take_RoundOfAnotherAnalysis_ThrowsItAway()
    {
        _mailbox.Post(Checkout, Of("run-1", Earlier));

        Assert.Null(_mailbox.Take(Checkout, "run-2"));
        Assert.Null(_mailbox.Take(Checkout, "run-1"));
    }

    [Fact]
    public void Return_ALaterRoundHasCome_KeepsTheLater()
    {
        _mailbox.Post(Checkout, Of("run", Earlier));
        var taken = _mailbox.Take(Checkout, "run")!;
        _mailbox.Post(Checkout, Of("run", Later));

        _mailbox.Return(Checkout, taken);

        Assert.Same(Later, _mailbox.Take(Checkout, "run")?.Measurement);
    }

    [Fact]
    public void Return_NothingCame_GivesItAgain()
    {
        _mailbox.Return(Checkout, Of("run", Earlier));

        Assert.Same(Earlier, _mailbox.Take(Checkout, "run")?.Measurement);
    }

    [Fact]
    public void Remove_RoundWaits_ThrowsItAway()
    {
        _mailbox.Post(Checkout, Of("run", Earlier));

        _mailbox.Remove(Checkout);

        Assert.Null(_mailbox.Take(Checkout, "run"));
    }

    private static MeasurementMailbox.Letter Of(string analysis, Measurement measurement) => new(analysis, measurement, DateTimeOffset.UnixEpoch);
}
