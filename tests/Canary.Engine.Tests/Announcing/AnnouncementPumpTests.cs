using Canary.Core;
using Canary.Core.Rollouts;
using Canary.Engine.Announcing;
using Canary.Engine.Tests.Fakes;
using static Canary.Engine.Tests.Fakes.Sample;

namespace Canary.Engine.Tests.Announcing;

public sealed class AnnouncementPumpTests
{
    [Fact]
    public async Task Post_SeveralAnnouncements_TellsThemInOrder()
    {
        await using var engine = new EngineHarness();
        await engine.StartAsync();

        Post(engine, "One", "Two", "Three");

        await engine.Journal.WaitForAsync("announced Three");
        Assert.Equal(["announced One", "announced Two", "announced Three"], Told(engine));
    }

    [Fact]
    public async Task Post_FirstAttemptFails_TriesAgain()
    {
        await using var engine = new EngineHarness();
        var attempts = 0;
        engine.Announcer.OnAnnounce = (_, _) => ++attempts == 1 ? throw new HttpRequestException("502") : Task.CompletedTask;
        await engine.StartAsync();

        Post(engine, "One");
        await engine.Journal.WaitForAsync("announcing One");
        await AdvanceUntilAsync(engine, engine.Journal.WaitForAsync("announced One"));

        Assert.Equal(2, attempts);
    }

    [Fact]
    public async Task Post_AnnouncerFailsAlways_GivesUpAndGoesOn()
    {
        await using var engine = new EngineHarness();
        engine.Announcer.OnAnnounce = (announcement, _) => announcement.Reason == "One" ? throw new HttpRequestException("502") : Task.CompletedTask;
        await engine.StartAsync();

        Post(engine, "One", "Two");
        await AdvanceUntilAsync(engine, engine.Journal.WaitForAsync("announced Two"));

        Assert.Equal(3, engine.Journal.Count("announcing One"));
        Assert.Equal(1, engine.Logs.Count("NotAnnounced"));
        Assert.Contains("canary_announcements_total{result=\"failed\"} 1", await engine.MetricsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_AnnouncerHangs_GivesUpAfterItsTimeoutAndGoesOn()
    {
        await using var engine = new EngineHarness(options => options.AnnouncementRetries = 0);
        engine.Announcer.OnAnnounce = (announcement, cancellation) =>
            announcement.Reason == "One" ? Task.Delay(Timeout.Infinite, cancellation) : Task.CompletedTask;
        await engine.StartAsync();

        Post(engine, "One", "Two");
        await engine.Journal.WaitForAsync("announcing One");
        engine.Time.Advance(TimeSpan.FromSeconds(5));

        await engine.Journal.WaitForAsync("announced Two");
    }

    [Fact]
    public async Task Post_OneRolloutsAnnouncerHangs_TellsTheOthersMeanwhile()
    {
        await using var engine = new EngineHarness();
        engine.Announcer.OnAnnounce = (announcement, cancellation) =>
            announcement.Reason == "Hangs" ? Task.Delay(Timeout.Infinite, cancellation) : Task.CompletedTask;
        await engine.StartAsync();

        Post(engine, "Hangs", "Behind");
        await engine.Journal.WaitForAsync("announcing Hangs");
        engine.Get<AnnouncementPump>().Post(new RolloutKey("shop", "cart"), [new Announcement("Other", "it happened")]);

        await engine.Journal.WaitForAsync("announced Other");
        Assert.Equal(["announced Other"], Told(engine));
    }

    [Fact]
    public async Task Post_MoreRolloutsThanTellers_TellsAllInEachOnesOrder()
    {
        await using var engine = new EngineHarness(options => options.AnnouncementTellers = 2);
        await engine.StartAsync();
        var keys = Enumerable.Range(0, 20).Select(i => new RolloutKey("shop", $"rollout-{i}")).ToList();

        for (var n = 0; n < 5; n++)
        {
            foreach (var key in keys)
            {
                engine.Get<AnnouncementPump>().Post(key, [new Announcement($"{key.Name}/{n}", "it happened")]);
            }
        }

        foreach (var key in keys)
        {
            await engine.Journal.WaitForAsync($"announced {key.Name}/4");
        }

        var told = Told(engine).ToList();
        Assert.Equal(100, told.Count);
        Assert.All(keys, key => Assert.Equal(
            Enumerable.Range(0, 5).Select(n => $"announced {key.Name}/{n}"),
            told.Where(line => line.StartsWith($"announced {key.Name}/", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task Post_TooManyWait_DropsTheOldestAndCountsThem()
    {
        await using var engine = new EngineHarness(options => options.AnnouncementCapacity = 2);
        var goOn = new TaskCompletionSource();
        engine.Announcer.OnAnnounce = (_, cancellation) => goOn.Task.WaitAsync(cancellation);
        await engine.StartAsync();
        Post(engine, "One");
        await engine.Journal.WaitForAsync("announcing One");

        Post(engine, "Two", "Three", "Four");
        goOn.SetResult();
        await engine.Journal.WaitForAsync("announced Four");

        Assert.Equal(["announced One", "announced Three", "announced Four"], Told(engine));
        Assert.Contains("canary_announcements_total{result=\"dropped\"} 1", await engine.MetricsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_AnnouncementsWait_TellsThemFirst()
    {
        await using var engine = new EngineHarness();
        var goOn = new TaskCompletionSource();
        engine.Announcer.OnAnnounce = (_, cancellation) => goOn.Task.WaitAsync(cancellation);
        await engine.StartAsync();
        Post(engine, "One", "Two");
        await engine.Journal.WaitForAsync("announcing One");

        var stopping = engine.StopAsync();
        goOn.SetResult();
        await stopping;

        Assert.Equal(["announced One", "announced Two"], Told(engine));
    }

    [Fact]
    public async Task Stop_AnnouncerHangs_StopsAfterTheTimeout()
    {
        await using var engine = new EngineHarness(options => options.AnnouncementTimeout = TimeSpan.FromMinutes(5));
        engine.Announcer.OnAnnounce = (_, cancellation) => Task.Delay(Timeout.Infinite, cancellation);
        await engine.StartAsync();
        Post(engine, "One", "Two");
        await engine.Journal.WaitForAsync("announcing One");

        await AdvanceUntilAsync(engine, engine.StopAsync());

        Assert.Empty(Told(engine));
        Assert.DoesNotContain("canary_announcements_total{result=\"told\"}", await engine.MetricsAsync(), StringComparison.Ordinal);
        Assert.Equal(2, engine.Logs.Count("NotAnnounced") + engine.Logs.Count("AnnouncementDropped"));
    }

    private static void Post(EngineHarness engine, params string[] reasons) =>
        engine.Get<AnnouncementPump>().Post(Checkout, reasons.Select(reason => new Announcement(reason, "it happened")).ToValueList());

    private static IEnumerable<string> Told(EngineHarness engine) => engine.Journal.Lines.Where(line => line.StartsWith("announced", StringComparison.Ordinal));

    private static async Task AdvanceUntilAsync(EngineHarness engine, Task done)
    {
        // Waits are registered by other threads: time goes on in small pieces until they are over.
        while (!done.IsCompleted)
        {
            engine.Time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        await done;
    }
}
