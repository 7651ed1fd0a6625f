using Canary.Core;
using Canary.Core.Notifications;
using Canary.Core.Rollouts;
using Canary.Engine.Ports;
using Canary.Engine.Tests.Fakes;
using static Canary.Engine.Tests.Fakes.Sample;

namespace Canary.Engine.Tests.Notifying;

public sealed class NotificationPumpTests
{
    [Fact]
    public async Task Pass_OutboxWaits_TellsInOrderAndTheStatusTakesNote()
    {
        await using var engine = Engine();
        Put(engine, Checkout, "oncall", 1, 2, 3);

        await engine.StartAsync();
        await EmptyAsync(engine, Checkout);

        Assert.Equal(["Delivered oncall shop/checkout.1", "Delivered oncall shop/checkout.2", "Delivered oncall shop/checkout.3"], Lines(engine, "Delivered"));
    }

    [Fact]
    public async Task Pass_ReceiverFails_TriesAgainLaterAndLongerWithTheSameId()
    {
        await using var engine = Engine();
        var attempts = new List<DateTimeOffset>();
        engine.Notifier.OnDeliver = (_, _) =>
        {
            attempts.Add(engine.Time.GetUtcNow());
            return Task.FromResult<DeliveryResult>(attempts.Count < 5 ? new DeliveryResult.Failed("503") : new DeliveryResult.Delivered());
        };
        Put(engine, Checkout, "oncall", 1);

        await engine.StartAsync();
        await EmptyAsync(engine, Checkout);

        Assert.Equal(5, engine.Journal.Count("notifying oncall shop/checkout.1"));
        var waits = attempts.Zip(attempts.Skip(1), (first, second) => (second - first).TotalSeconds).ToList();
        Assert.All(waits.Select((wait, index) => (Wait: wait, Least: 0.75 * Math.Pow(2, index))), each => Assert.True(each.Wait >= each.Least, $"{each.Wait} s is less than {each.Least} s"));
        Assert.Contains("canary_notifications_total{result=\"failed\"} 4", await engine.MetricsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pass_ReceiverAsksForTime_GetsIt()
    {
        await using var engine = Engine();
        var attempts = new List<DateTimeOffset>();
        engine.Notifier.OnDeliver = (_, _) =>
        {
            attempts.Add(engine.Time.GetUtcNow());
            return Task.FromResult<DeliveryResult>(attempts.Count == 1 ? new DeliveryResult.Failed("429", TimeSpan.FromMinutes(3)) : new DeliveryResult.Delivered());
        };
        Put(engine, Checkout, "oncall", 1);

        await engine.StartAsync();
        await EmptyAsync(engine, Checkout);

        Assert.True(attempts[1] - attempts[0] >= TimeSpan.FromMinutes(3));
    }

    [Fact]
    public async Task Pass_OneReceiverHangs_TheOthersAndThePassesGoOn()
    {
        await using var engine = Engine();
        engine.Notifier.OnDeliver = async (order, cancellation) =>
        {
            if (order.Target.Receiver == "dead")
            {
                await Task.Delay(Timeout.Infinite, cancellation);
            }

            return new DeliveryResult.Delivered();
        };
        Put(engine, Checkout, "dead", 1);
        Put(engine, Search, "oncall", 1, 2);

        await engine.StartAsync();
        await engine.Journal.WaitForAsync("Delivered oncall shop/search.2");
        await engine.IdleAsync();

        Assert.Single(engine.Store.StatusOf(Checkout).Outbox);
        Assert.Empty(engine.Store.StatusOf(Search).Outbox);
    }

    [Fact]
    public async Task Pass_ReceiverIgnoresItsCancellation_IsStillGivenUpAfterTheTimeout()
    {
        await using var engine = Engine();
        var never = new TaskCompletionSource<DeliveryResult>();
        engine.Notifier.OnDeliver = (order, _) => order.Id.EndsWith(".1", StringComparison.Ordinal) && engine.Journal.Count("notifying oncall shop/checkout.1") == 1
            ? never.Task
            : Task.FromResult<DeliveryResult>(new DeliveryResult.Delivered());
        Put(engine, Checkout, "oncall", 1);

        await engine.StartAsync();
        await EmptyAsync(engine, Checkout);

        Assert.Equal(2, engine.Journal.Count("notifying oncall shop/checkout.1"));
        never.SetResult(new DeliveryResult.Delivered());
    }

    [Fact]
    public async Task Pass_Refused_IsNotTriedAgainAndTheStatusLearnsWhy()
    {
        await using var engine = Engine();
        var refusals = new List<Delivery>();
        engine.Decide = observation =>
        {
            refusals.AddRange(observation.Deliveries);
            return Noted(observation);
        };
        engine.Notifier.OnDeliver = (_, _) => Task.FromResult<DeliveryResult>(new DeliveryResult.Refused("channel_not_found"));
        Put(engine, Checkout, "oncall", 1);

        await engine.StartAsync();
        await EmptyAsync(engine, Checkout);

        Assert.Equal(1, engine.Journal.Count("notifying oncall shop/checkout.1"));
        Assert.Contains(new Delivery(1, "oncall", "channel_not_found"), refusals);
    }

    [Fact]
    public async Task Pass_StatusCannotBeStored_RemembersWhatWasTold()
    {
        await using var engine = Engine();
        var refuse = true;
        engine.Store.OnStatus = _ => refuse ? StoreResult.Failed : null;
        Put(engine, Checkout, "oncall", 1);
        await engine.StartAsync(idle: false);
        await engine.Journal.WaitForAsync("Delivered oncall shop/checkout.1");
        await engine.Journal.WaitForAsync("status checkout Failed");

        refuse = false;
        await EmptyAsync(engine, Checkout);

        Assert.Equal(1, engine.Journal.Count("notifying oncall shop/checkout.1"));
    }

    [Fact]
    public async Task Pass_ReceiverNamesItsMessage_TheNextOneOfTheSameRolloutUpdatesIt()
    {
        await using var engine = Engine();
        engine.Notifier.OnDeliver = (order, _) => Task.FromResult<DeliveryResult>(new DeliveryResult.Delivered(order.Handle ?? "ts-1"));
        Put(engine, Checkout, "oncall", 1, 2);

        await engine.StartAsync();
        await EmptyAsync(engine, Checkout);

        Assert.Equal(["Delivered oncall shop/checkout.1", "Delivered oncall shop/checkout.2 on ts-1"], Lines(engine, "Delivered"));
    }

    [Fact]
    public async Task Pass_MessageOfAnEarlierRollout_IsNotUpdated()
    {
        await using var engine = Engine();
        Put(engine, Checkout, "oncall", 1);
        Change(engine, Checkout, status => status with { Messages = [new SentMessage("oncall", 6, "old")] });

        await engine.StartAsync();
        await EmptyAsync(engine, Checkout);

        Assert.Equal(["Delivered oncall shop/checkout.1"], Lines(engine, "Delivered"));
    }

    [Fact]
    public async Task LeadershipLost_WhileTelling_LeavesItToTheNextLeader()
    {
        await using var engine = Engine();
        engine.Notifier.OnDeliver = async (_, cancellation) =>
        {
            await Task.Delay(Timeout.Infinite, cancellation);
            return new DeliveryResult.Delivered();
        };
        Put(engine, Checkout, "oncall", 1);
        await engine.StartAsync();
        await engine.Journal.WaitForAsync("notifying oncall shop/checkout.1");

        engine.Leadership.Set(false);
        engine.Time.Advance(TimeSpan.FromHours(1));
        await engine.IdleAsync();

        Assert.Single(engine.Store.StatusOf(Checkout).Outbox);
        Assert.Equal(1, engine.Journal.Count("notifying oncall shop/checkout.1"));
    }

    [Fact]
    public async Task Stop_ReceiverHangs_StopsAndKeepsTheOutbox()
    {
        await using var engine = Engine();
        engine.Notifier.OnDeliver = async (_, cancellation) =>
        {
            await Task.Delay(Timeout.Infinite, cancellation);
            return new DeliveryResult.Delivered();
        };
        Put(engine, Checkout, "oncall", 1);
        await engine.StartAsync();
        await engine.Journal.WaitForAsync("notifying oncall shop/checkout.1");

        await engine.StopAsync();

        Assert.Single(engine.Store.StatusOf(Checkout).Outbox);
    }

    private static EngineHarness Engine() => new() { Decide = Noted };

    /// <summary>Takes note of deliveries as the rules do.</summary>
    private static Decision Noted(Observation observation)
    {
        var status = observation.Status;
        foreach (var delivery in observation.Deliveries)
        {
            status = status with
            {
                Outbox = status.Outbox.Where(entry => entry.Number != delivery.Number).ToValueList(),
                Messages = delivery.Handle is { } handle ? [new SentMessage(delivery.Receiver, 7, handle)] : status.Messages,
            };
        }

        return Sample.Decide(status);
    }

    private static void Put(EngineHarness engine, RolloutKey key, string receiver, params long[] numbers)
    {
        engine.Store.Put(key);
        Change(engine, key, status => status with
        {
            Outbox = numbers.Select(number => new Notification
            {
                Number = number,
                At = DateTimeOffset.UnixEpoch,
                Event = NotificationEvent.Started,
                Severity = Severity.Info,
                Reason = "RolloutStarted",
                Sentence = "checkout v2 starts beside v1",
                Attempt = 7,
                Facts = new RolloutFacts { Phase = "Progressing" },
                Waiting = [new NotificationTarget(receiver)],
            }).ToValueList(),
        });
    }

    private static void Change(EngineHarness engine, RolloutKey key, Func<RolloutStatus, RolloutStatus> change) =>
        engine.Store.Put(key, snapshot => snapshot with { Observation = snapshot.Observation with { Status = change(snapshot.Observation.Status) } });

    private static IEnumerable<string> Lines(EngineHarness engine, string word) => engine.Journal.Lines.Where(line => line.StartsWith(word, StringComparison.Ordinal));

    /// <summary>Lets time go by in small pieces, for waits are registered by other threads, until the outbox is empty.</summary>
    private static async Task EmptyAsync(EngineHarness engine, RolloutKey key)
    {
        while (engine.Store.StatusOf(key).Outbox.Count > 0)
        {
            engine.Time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }

        await engine.IdleAsync();
    }
}
