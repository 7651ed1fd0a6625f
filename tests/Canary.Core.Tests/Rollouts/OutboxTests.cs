using Canary.Core.Analysis;
using Canary.Core.Commands;
using Canary.Core.Notifications;
using Canary.Core.Rollouts;
using Canary.Core.Traffic;
using Canary.Testing;
using Xunit;
using static Canary.Core.Tests.Rollouts.Worlds;

namespace Canary.Core.Tests.Rollouts;

public sealed class OutboxTests
{
    private static readonly ValueList<NotificationEvent> Everything = Enum.GetValues<NotificationEvent>().ToValueList();

    [Fact]
    public void Decide_NoRules_KeepsNothing()
    {
        var world = Degraded();

        Assert.Empty(world.Status.Outbox);
        Assert.Equal(0, world.Status.Notified);
    }

    [Fact]
    public void Decide_VerdictFails_SentenceStandsAlone()
    {
        var world = Failed();

        var told = Assert.Single(world.Status.Outbox, entry => entry.Event == NotificationEvent.RolledBack);

        Assert.Equal("checkout v2 was rolled back after 24 s at 5 %: errors 5.1 % against 0.1 %; 140 requests were served by it", told.Sentence);
        Assert.Equal(Severity.Critical, told.Severity);
    }

    [Fact]
    public void Decide_VerdictFails_FactsAreThoseOfTheRollout()
    {
        var world = Failed();

        var told = Assert.Single(world.Status.Outbox, entry => entry.Event == NotificationEvent.RolledBack);

        Assert.Equal((V1, V2), (told.Facts.Stable, told.Facts.Candidate));
        Assert.Equal(("shop/checkout:v1", "shop/checkout:v2"), (told.Facts.StableImage, told.Facts.CandidateImage));
        Assert.Equal((new Weight(5), TimeSpan.FromSeconds(24)), (told.Facts.Weight, told.Facts.Exposed));
        Assert.Equal(140, told.Facts.CandidateRequests);
        Assert.Equal(["retry"], told.Facts.Next);
        Assert.Equal("Degraded", told.Facts.Phase);
        Assert.Equal(1, told.Attempt);
        Assert.Equal([new MetricLine("errors", MetricUnit.Percent, 0.1, 5, 48, 21, 110, true), new MetricLine("latency", MetricUnit.Milliseconds, 200, 210, 1.05, null, null, false)], told.Facts.Metrics);
    }

    [Fact]
    public void Decide_Aborted_SaysWhoAndWhy()
    {
        var world = AtWeight(50);
        world.ClusterNotifications = To("oncall");

        Order(world, CommandVerb.Abort);

        var told = Assert.Single(world.Status.Outbox, entry => entry.Event == NotificationEvent.Aborted);
        Assert.StartsWith("checkout v2 was taken back after ", told.Sentence, StringComparison.Ordinal);
        Assert.Contains(" at 50 %: aborted by ", told.Sentence, StringComparison.Ordinal);
        Assert.Contains(world.Status.Outbox, entry => entry.Event == NotificationEvent.Command);
    }

    [Fact]
    public void Decide_AbortedWhilePreparing_SaysThatItGotNoRequests()
    {
        var world = Preparing();
        world.ClusterNotifications = To("oncall");

        Order(world, CommandVerb.Abort);

        Assert.Contains(world.Status.Outbox, entry => entry.Sentence.StartsWith("checkout v2 was taken back before it got requests: aborted by ", StringComparison.Ordinal));
    }

    [Fact]
    public void Decide_WholePromotion_NotifiesOfEachTurnInOrder()
    {
        var world = Adopted();
        world.ClusterNotifications = To("oncall");
        world.Deployment!.Template = "v2";

        Assert.True(world.RunUntil(w => w.Status is { Phase: Phase.Healthy, Stable.Revision.Hash: "v2" }, TimeSpan.FromHours(1), Passing));

        Assert.Equal(NotificationEvent.Started, world.Status.Outbox[0].Event);
        Assert.Equal("checkout v2 starts beside v1", world.Status.Outbox[0].Sentence);
        Assert.Equal(NotificationEvent.Promoted, world.Status.Outbox[^1].Event);
        Assert.StartsWith("checkout v2 was promoted after ", world.Status.Outbox[^1].Sentence, StringComparison.Ordinal);
        Assert.Contains(", in place of v1: ", world.Status.Outbox[^1].Sentence, StringComparison.Ordinal);
        Assert.All(world.Status.Outbox.Skip(1).SkipLast(1), entry => Assert.Equal(NotificationEvent.Advanced, entry.Event));
        Assert.Equal(Enumerable.Range(1, world.Status.Outbox.Count).Select(number => (long)number), world.Status.Outbox.Select(entry => entry.Number));
    }

    [Fact]
    public void Decide_RuleForSomeEvents_LeavesTheOthersOut()
    {
        var world = AtWeight(5);
        world.ClusterNotifications = [new NotificationRule(new NotificationTarget("pager"), [NotificationEvent.RolledBack, NotificationEvent.Promoted], Severity.Critical)];

        world.Verdict = TestSpecs.Verdict(VerdictState.Fail, world.Now);
        world.Run(TimeSpan.FromMinutes(1));

        Assert.Equal([NotificationEvent.RolledBack], world.Status.Outbox.Select(entry => entry.Event));
    }

    [Fact]
    public void Decide_TwoRulesForOneReceiver_NotifiesOnceByTheFirst()
    {
        var world = AtWeight(5);
        world.ClusterNotifications =
        [
            new NotificationRule(new NotificationTarget("oncall", "#checkout"), Everything, Severity.Info),
            new NotificationRule(new NotificationTarget("oncall", "#all"), Everything, Severity.Info),
        ];

        Order(world, CommandVerb.Pause);

        Assert.Equal([new NotificationTarget("oncall", "#checkout")], world.Status.Outbox[0].Waiting);
    }

    [Fact]
    public void Decide_RolloutHasARuleOfItsOwn_ItComesBeforeTheClusters()
    {
        var own = new NotificationRule(new NotificationTarget("oncall", "#checkout"), Everything, Severity.Info);
        var world = AtWeight(5, TestSpecs.Default with { Notifications = [own] });
        var before = world.Status.Outbox.Count;
        world.ClusterNotifications = To("oncall", "cluster/audit");

        Order(world, CommandVerb.Pause);

        Assert.Equal([new NotificationTarget("oncall", "#checkout"), new NotificationTarget("cluster/audit")], Assert.Single(world.Status.Outbox.Skip(before)).Waiting);
    }

    [Fact]
    public void Decide_ToldToOneOfTwo_WaitsForTheOther()
    {
        var world = Paused("oncall", "audit");
        var number = world.Status.Outbox[0].Number;

        Deliver(world, new Delivery(number, "oncall"));

        Assert.Equal(["audit"], world.Status.Outbox[0].Waiting.Select(target => target.Receiver));
        Deliver(world, new Delivery(number, "audit"));
        Assert.Empty(world.Status.Outbox);
    }

    [Fact]
    public void Decide_SameDeliveryTwice_ChangesNothingMore()
    {
        var world = Paused("oncall", "audit");
        world.Deliveries = [new Delivery(world.Status.Outbox[0].Number, "oncall", null, "ts-1"), new Delivery(77, "oncall")];
        world.Settle();
        var settled = world.Status;

        world.Settle();

        Assert.Equal(settled, world.Status);
        Assert.Equal([new SentMessage("oncall", 1, "ts-1")], world.Status.Messages);
    }

    [Fact]
    public void Decide_NextRolloutIsTold_ItsMessageTakesTheFormersPlace()
    {
        var world = Paused("oncall");
        Deliver(world, new Delivery(world.Status.Outbox[0].Number, "oncall", null, "ts-1"));
        Order(world, CommandVerb.Abort);
        world.Deployment!.Template = "v3";
        world.Run(TimeSpan.FromMinutes(1));
        var started = world.Status.Outbox.First(entry => entry is { Event: NotificationEvent.Started, Attempt: 2 });

        Deliver(world, new Delivery(started.Number, "oncall", null, "ts-2"));

        Assert.Equal([new SentMessage("oncall", 2, "ts-2")], world.Status.Messages);
    }

    [Fact]
    public void Decide_Refused_SaysSoByAnEventAndForgetsIt()
    {
        var world = Paused("oncall");

        Deliver(world, new Delivery(world.Status.Outbox[0].Number, "oncall", "channel_not_found"));

        Assert.Empty(world.Status.Outbox);
        var told = Assert.Single(world.Told, announcement => announcement.Reason == "NotificationRefused");
        Assert.Contains("channel_not_found", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decide_NotToldForADay_GivesUpLoudly()
    {
        var world = Paused("oncall");
        var since = world.Status.Outbox[0].At;
        Assert.Equal(since + TimeSpan.FromDays(1), RolloutMachine.Decide(world.Observe()).LookAgainAt);

        world.Step(TimeSpan.FromDays(1));
        world.Settle();

        Assert.Empty(world.Status.Outbox);
        Assert.Single(world.Told, announcement => announcement.Reason == "NotificationGivenUp" && announcement.Message.StartsWith("oncall will not hear of", StringComparison.Ordinal));
    }

    [Fact]
    public void Decide_TooManyWait_GivesTheOldestUpLoudly()
    {
        var world = Paused("oncall");
        var first = world.Status.Outbox[0].Number;

        for (var i = 0; i < 20; i++)
        {
            Order(world, CommandVerb.Resume);
            Order(world, CommandVerb.Pause);
        }

        Assert.Equal(32, world.Status.Outbox.Count);
        Assert.True(world.Status.Outbox[0].Number > first);
        Assert.Equal(world.Status.Outbox[0].Number - first, world.Told.Count(announcement => announcement.Reason == "NotificationGivenUp"));
    }

    [Fact]
    public void Decide_OutboxWaits_DecidesNothingElse()
    {
        var with = Failed();
        var without = Degraded();

        Assert.Equal(without.Status.Phase, with.Status.Phase);
        Assert.Empty(RolloutMachine.Decide(with.Observe()).Effects);
        Assert.Empty(RolloutMachine.Decide(with.Observe()).Announcements);
    }

    [Fact]
    public void Of_EveryAnnouncementOfTheRules_IsKnownOrLeftToTheCluster()
    {
        string[] inTheClusterAlone = ["Adopted", "Releasing", "NativeUpdateEnded", "Superseded", "Reverted", "Released", "NotificationRefused", "NotificationGivenUp"];

        Assert.All(inTheClusterAlone, reason => Assert.Null(Occasion.Of(reason, null)));
        Assert.Equal(NotificationEvent.Ended, Occasion.Of("RolledBack", Outcome.Superseded));
        Assert.Equal(NotificationEvent.Aborted, Occasion.Of("RolledBack", Outcome.Aborted));
    }

    private static World Failed()
    {
        var world = AtWeight(5);
        world.ClusterNotifications = To("oncall");
        world.Run(world.Status.Journey!.ExposedSince!.Value + TimeSpan.FromSeconds(24) - world.Now);
        world.Verdict = TestSpecs.Verdict(VerdictState.Fail, world.Now) with
        {
            Reason = "errors 5.1 % against 0.1 %",
            Metrics =
            [
                new MetricVerdict
                {
                    Name = "latency", Measurement = MeasurementState.Value, Sentence = "", Ratio = 1.05, CandidateRequests = 120,
                    StableValues = [new NamedValue("p50", 20), new NamedValue("p99", 200)], CandidateValues = [new NamedValue("p50", 20), new NamedValue("p99", 210)],
                },
                new MetricVerdict
                {
                    Name = "errors", Measurement = MeasurementState.Value, Sentence = "", Ratio = 48, RatioLower = 21, RatioUpper = 110,
                    StableRequests = 1000, StableBad = 1, CandidateRequests = 140, CandidateBad = 7, LogEvidence = 6, LogThreshold = 5,
                },
            ],
        };
        world.Run(TimeSpan.FromMinutes(1));
        Assert.Equal(Phase.Degraded, world.Status.Phase);
        return world;
    }

    private static World Paused(params string[] receivers)
    {
        var world = AtWeight(5);
        world.ClusterNotifications = To(receivers);
        Order(world, CommandVerb.Pause);
        Assert.Single(world.Status.Outbox);
        return world;
    }

    private static ValueList<NotificationRule> To(params string[] receivers) =>
        receivers.Select(receiver => new NotificationRule(new NotificationTarget(receiver), Everything, Severity.Info)).ToValueList();

    private static void Deliver(World world, params Delivery[] deliveries)
    {
        world.Deliveries = deliveries.ToValueList();
        world.Settle();
        world.Deliveries = [];
    }
}
