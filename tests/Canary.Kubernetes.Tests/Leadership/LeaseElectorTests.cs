using Canary.Kubernetes.Leadership;
using Canary.Kubernetes.Tests.Api;
using Xunit;

namespace Canary.Kubernetes.Tests.Leadership;

public sealed class LeaseElectorTests
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    private static readonly LinkState[] Faults = [LinkState.Works, LinkState.Refuses, LinkState.Swallows, LinkState.LosesAnswers, LinkState.Hangs];

    private readonly FakeClock _time = new();
    private readonly LeaseServer _server = new();

    [Fact]
    public async Task RunAsync_NoLease_CreatesItAndLeads()
    {
        await using var replica = new Replica(_server, _time, "a");

        await Eventually.HoldsAsync(() => replica.Works);

        Assert.True(replica.Leads);
        Assert.Equal(replica.Elector.Identity, _server.Holder);
        Assert.StartsWith("a_", _server.Holder, StringComparison.Ordinal);
        Assert.Equal("2000-01-01T00:00:00.000000Z", (string?)_server.Lease!["spec"]!["renewTime"]);
        Assert.Equal(15, (int)_server.Lease["spec"]!["leaseDurationSeconds"]!);
        Assert.Equal(replica.Elector.FencingToken, _server.Transitions);
    }

    [Fact]
    public async Task RunAsync_ServerWorks_LeadsOnFarBeyondTheDeadline()
    {
        await using var replica = new Replica(_server, _time, "a");
        await Eventually.HoldsAsync(() => replica.Works);
        var end = _time.GetUtcNow() + TimeSpan.FromMinutes(1);

        await _time.AdvanceUntilAsync(() => _time.GetUtcNow() > end, Tick);

        Assert.True(replica.Leads);
        Assert.Single(replica.Terms);
        Assert.InRange(replica.Link.Requests, 20, 45);
    }

    [Fact]
    public async Task RunAsync_AnotherLeads_WaitsForAWholeLeaseOfSilence()
    {
        await using var first = new Replica(_server, _time, "a");
        await Eventually.HoldsAsync(() => first.Works);
        await using var second = new Replica(_server, _time, "b");
        await Eventually.HoldsAsync(() => second.Link.Requests > 0);
        await first.KillAsync();
        var silent = _time.GetUtcNow();

        await _time.AdvanceUntilAsync(() => second.Works, Tick);

        Assert.True(_time.GetUtcNow() - silent >= TimeSpan.FromSeconds(14.9));
        Assert.True(second.Terms[0] > first.Terms[0]);
    }

    [Theory]
    [InlineData(LinkState.Refuses)]
    [InlineData(LinkState.Swallows)]
    [InlineData(LinkState.Hangs)]
    [InlineData(LinkState.LosesAnswers)]
    internal async Task IsLeader_CannotRenew_EndsAtTheDeadlineBeforeAnyOtherLeads(LinkState state)
    {
        await using var first = new Replica(_server, _time, "a");
        await Eventually.HoldsAsync(() => first.Works);
        await using var second = new Replica(_server, _time, "b", seed: 8);
        var broken = _time.GetUtcNow();
        first.Link.State = state;

        await _time.AdvanceUntilAsync(
            () =>
            {
                Assert.False(first.Leads && second.Leads);
                return !first.Leads && !first.Works;
            },
            Tick);

        Assert.InRange(_time.GetUtcNow() - broken, TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(10.5));
        Assert.False(second.Leads);
        Assert.False(first.Running.IsCompleted);
    }

    [Fact]
    public async Task RunAsync_ShortOutage_KeepsTheTerm()
    {
        await using var replica = new Replica(_server, _time, "a");
        await Eventually.HoldsAsync(() => replica.Works);
        replica.Link.State = LinkState.Refuses;
        var end = _time.GetUtcNow() + TimeSpan.FromSeconds(6);
        await _time.AdvanceUntilAsync(() => _time.GetUtcNow() > end, Tick);

        replica.Link.State = LinkState.Works;
        end += TimeSpan.FromSeconds(30);
        await _time.AdvanceUntilAsync(() => _time.GetUtcNow() > end, Tick);

        Assert.True(replica.Leads);
        Assert.Single(replica.Terms);
    }

    [Fact]
    public async Task RunAsync_GracefulStop_GivesTheLeaseBackAfterTheWorkHasStopped()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var first = new Replica(_server, _time, "a", work: async (_, token) =>
        {
            token.Register(() => stopping.TrySetResult());
            await release.Task;
        });
        await Eventually.HoldsAsync(() => first.Leads);
        await using var second = new Replica(_server, _time, "b", seed: 8);

        var stop = first.StopAsync();
        await stopping.Task;
        var end = _time.GetUtcNow() + TimeSpan.FromSeconds(30);
        await _time.AdvanceUntilAsync(() => _time.GetUtcNow() > end, Tick);
        Assert.True(first.Leads); // its last writes are still under its term, which is renewed
        Assert.False(second.Leads);
        release.SetResult();
        await stop;

        Assert.Equal("", _server.Holder);
        var given = _time.GetUtcNow();
        await _time.AdvanceUntilAsync(() => second.Works, Tick);
        Assert.InRange(_time.GetUtcNow() - given, TimeSpan.Zero, TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task RunAsync_WorkThrows_LeadsAgainInANewTerm()
    {
        var terms = new List<long>();
        await using var replica = new Replica(_server, _time, "a", work: async (term, token) =>
        {
            terms.Add(term);
            if (terms.Count == 1)
            {
                throw new InvalidOperationException("the work failed");
            }

            await Task.Delay(Timeout.InfiniteTimeSpan, token);
        });

        await _time.AdvanceUntilAsync(() => terms.Count == 2, Tick);

        Assert.Equal(terms[0] + 1, terms[1]);
    }

    [Fact]
    public async Task RunAsync_LeaseTakenByAnother_StopsAtOnceThoughTheDeadlineIsFar()
    {
        await using var replica = new Replica(_server, _time, "a");
        await Eventually.HoldsAsync(() => replica.Works);

        _server.Delete();
        await using var thief = new Replica(_server, _time, "b", seed: 8);
        await Eventually.HoldsAsync(() => thief.Leads);
        var taken = _time.GetUtcNow();
        await _time.AdvanceUntilAsync(() => !replica.Works, Tick);

        Assert.InRange(_time.GetUtcNow() - taken, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.False(replica.Leads);
    }

    [Fact]
    public async Task RunAsync_LeaseDeletedWhileOthersWait_LeaderMakesItAnewAndLeadsOn()
    {
        await using var first = new Replica(_server, _time, "a");
        await Eventually.HoldsAsync(() => first.Works);
        await using var second = new Replica(_server, _time, "b", seed: 8);
        await Eventually.HoldsAsync(() => second.Link.Requests > 0);
        await _time.AdvanceUntilAsync(() => second.Link.Requests > 2, Tick);

        _server.Delete();
        var end = _time.GetUtcNow() + TimeSpan.FromSeconds(20);
        await _time.AdvanceUntilAsync(() => _time.GetUtcNow() > end, Tick);

        Assert.True(first.Leads);
        Assert.False(second.Leads);
        Assert.Single(first.Terms);
        Assert.Equal(first.Elector.Identity, _server.Holder);
    }

    [Fact]
    public async Task RunAsync_AnswerToAcquiringLost_LeadsSoonNevertheless()
    {
        var blocker = new Replica(_server, _time, "z");
        await Eventually.HoldsAsync(() => blocker.Works);
        await blocker.StopAsync();
        await using var replica = new Replica(_server, _time, "a", seed: 9);
        replica.Link.State = LinkState.LosesAnswers;
        var end = _time.GetUtcNow() + TimeSpan.FromSeconds(5);
        await _time.AdvanceUntilAsync(() => _time.GetUtcNow() > end, Tick);

        replica.Link.State = LinkState.Works;

        await _time.AdvanceUntilAsync(() => replica.Works, Tick);
        await blocker.DisposeAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task IsLeader_RandomFaults_NeverTwoAndTermsRise(int seed)
    {
        var random = new Random(seed);
        await using var first = new Replica(_server, _time, "a", seed: seed);
        await using var second = new Replica(_server, _time, "b", seed: seed + 100);
        await using var third = new Replica(_server, _time, "c", seed: seed + 200);
        Replica[] all = [first, second, third];
        var highest = -1L;
        var steps = 0;

        await _time.AdvanceUntilAsync(
            () =>
            {
                var leaders = all.Where(replica => replica.Leads).ToList();
                Assert.InRange(leaders.Count, 0, 1);
                if (leaders is [var leader] && leader.Elector.FencingToken is { } token)
                {
                    Assert.True(token >= highest);
                    highest = token;
                }

                if (random.Next(30) == 0)
                {
                    // The leader twice as often, so that the lead changes hands.
                    var target = leaders.Count == 1 && random.Next(2) == 0 ? leaders[0] : all[random.Next(3)];
                    target.Link.State = Faults[random.Next(Faults.Length)];
                }

                if (random.Next(60) == 0)
                {
                    foreach (var replica in all)
                    {
                        replica.Link.State = LinkState.Works;
                    }
                }

                return ++steps > 500 && highest >= 3; // and so proves that the lead did change hands
            },
            TimeSpan.FromMilliseconds(250));
    }

    [Fact]
    public void Options_WrongValues_AreNamed()
    {
        var validator = new LeaderElectionOptionsValidator();

        Assert.True(validator.Validate(null, new LeaderElectionOptions { Namespace = "canary", Identity = "a" }).Succeeded);
        Assert.Contains("Namespace", validator.Validate(null, new LeaderElectionOptions { Identity = "a" }).FailureMessage, StringComparison.Ordinal);
        Assert.Contains(
            "RenewDeadline is",
            validator.Validate(null, new LeaderElectionOptions { Namespace = "c", Identity = "a", RenewDeadline = TimeSpan.FromSeconds(15) }).FailureMessage,
            StringComparison.Ordinal);
        Assert.Contains(
            "RetryPeriod is",
            validator.Validate(null, new LeaderElectionOptions { Namespace = "c", Identity = "a", RetryPeriod = TimeSpan.FromSeconds(9) }).FailureMessage,
            StringComparison.Ordinal);
        Assert.Contains(
            "whole seconds",
            validator.Validate(null, new LeaderElectionOptions { Namespace = "c", Identity = "a", LeaseDuration = TimeSpan.FromSeconds(15.5) }).FailureMessage,
            StringComparison.Ordinal);
    }
}
