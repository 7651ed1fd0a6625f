using Canary.Kubernetes.Api;
using Canary.Kubernetes.Tests.Api;
using Canary.Kubernetes.Watching;
using Microsoft.Extensions.Logging;
using Xunit;
using static Canary.Kubernetes.Tests.Api.ApiHarness;

namespace Canary.Kubernetes.Tests.Watching;

public sealed class ListWatchCacheTests
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    [Fact]
    public async Task RunAsync_ListThenEvents_FollowsAndTellsInOrder()
    {
        await using var harness = new CacheHarness();
        var watch = await harness.StartSyncedAsync("10", Deployment("a", 5), Deployment("b", 7));

        watch.Event("ADDED", Deployment("c", 11));
        watch.Event("MODIFIED", Deployment("a", 12));
        watch.Event("DELETED", Deployment("b", 13));

        await harness.SeenAsync("Added a@5", "Added b@7", "Added c@11", "Modified a@12", "Deleted b@13");
        Assert.Equal(["a@12", "c@11"], harness.Cache.List().Select(read => $"{read["metadata"]!["name"]}@{CacheHarness.Version(read)}").Order());
        Assert.Null(harness.Cache.Get("shop", "b"));
        Assert.Equal("12", CacheHarness.Version(harness.Cache.Get("shop", "a")!));
    }

    [Fact]
    public async Task RunAsync_FirstRequests_ListPagesThenWatchWithBookmarksFromListVersion()
    {
        await using var harness = new CacheHarness(ns: "shop", labelSelector: "app in (a, b)");
        harness.Start();

        var list = await harness.Server.NextAsync();
        list.RespondPage("10", "token/1", Deployment("a", 5));
        var second = await harness.Server.NextAsync();
        second.RespondPage("10", "", Deployment("b", 6));
        var watch = await harness.Server.NextAsync();

        Assert.StartsWith("/apis/apps/v1/namespaces/shop/deployments?", list.PathAndQuery, StringComparison.Ordinal);
        Assert.Equal("500", list.Query("limit"));
        Assert.Equal("token/1", second.Query("continue"));
        Assert.Equal("app in (a, b)", watch.Query("labelSelector"));
        Assert.Equal(("true", "true", "10"), (watch.Query("watch"), watch.Query("allowWatchBookmarks"), watch.Query("resourceVersion")));
        Assert.InRange(int.Parse(watch.Query("timeoutSeconds"), System.Globalization.CultureInfo.InvariantCulture), 240, 300);
        Assert.Equal(2, harness.Cache.List().Count);
    }

    [Fact]
    public async Task RunAsync_ListOfBuiltInKind_FillsInKindAndApiVersion()
    {
        await using var harness = new CacheHarness();

        await harness.StartSyncedAsync("10", """{"metadata":{"name":"a","namespace":"shop","resourceVersion":"5"},"futureField":{"x":1.50}}""");

        var read = harness.Cache.Get("shop", "a")!;
        Assert.Equal("""{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"a","namespace":"shop","resourceVersion":"5"},"futureField":{"x":1.50}}""", read.ToJsonString());
        Assert.Null(read.Parent);
    }

    [Fact]
    public async Task RunAsync_CleanClose_ResumesFromLastVersionWithoutListing()
    {
        await using var harness = new CacheHarness();
        var watch = await harness.StartSyncedAsync("10", Deployment("a", 5));
        watch.Event("MODIFIED", Deployment("a", 12));

        watch.End();

        var next = await harness.Server.NextAsync();
        Assert.True(next.IsWatch);
        Assert.Equal("12", next.Query("resourceVersion"));
        Assert.Equal(0, harness.Cache.Health.ConsecutiveFailures);
    }

    [Fact]
    public async Task RunAsync_IdleCloseAfterTimeout_ResumesWithoutPause()
    {
        await using var harness = new CacheHarness();
        var watch = await harness.StartSyncedAsync("10");
        harness.Time.Advance(TimeSpan.FromMinutes(4));

        watch.End();

        Assert.Equal("10", (await harness.Server.NextAsync()).Query("resourceVersion"));
    }

    [Fact]
    public async Task RunAsync_Bookmark_MovesResumeVersionAndChangesNothing()
    {
        await using var harness = new CacheHarness();
        var watch = await harness.StartSyncedAsync("10", Deployment("a", 5));
        watch.Bookmark("40");

        watch.End();

        Assert.Equal("40", (await harness.Server.NextAsync()).Query("resourceVersion"));
        Assert.Equal(["Added a@5"], harness.Changes);
    }

    [Fact]
    public async Task RunAsync_GoneAsHttpStatus_RelistsAtOnceAndReportsMissedDeletes()
    {
        await using var harness = new CacheHarness();
        var watch = await harness.StartSyncedAsync("10", Deployment("a", 5), Deployment("b", 7));
        watch.Bookmark("11");
        watch.End();
        (await harness.Server.NextAsync()).RespondStatus(410, "Expired");

        var list = await harness.Server.NextAsync();
        list.RespondList("50", Deployment("b", 44), Deployment("c", 45));

        Assert.False(list.IsWatch);
        await harness.SeenAsync("Added a@5", "Added b@7", "Deleted a@5", "Modified b@44", "Added c@45");
        Assert.Equal("50", (await harness.Server.NextAsync()).Query("resourceVersion"));
    }

    [Fact]
    public async Task RunAsync_GoneInStream_RelistsAtOnce()
    {
        await using var harness = new CacheHarness();
        var watch = await harness.StartSyncedAsync("10", Deployment("a", 5));

        watch.Error(410, "Expired");

        var list = await harness.Server.NextAsync();
        Assert.False(list.IsWatch);
        list.RespondList("50");
        await harness.SeenAsync("Added a@5", "Deleted a@5");
    }

    [Fact]
    public async Task RunAsync_GoneAgainAndAgain_PausesInsteadOfSpinning()
    {
        await using var harness = new CacheHarness();
        var watch = await harness.StartSyncedAsync("10");
        watch.Error(410, "Expired");
        (await harness.Server.NextAsync()).RespondList("11");
        (await harness.Server.NextAsync()).RespondWatch().Error(410, "Expired");

        await Eventually.HoldsAsync(() => harness.Cache.Health.ConsecutiveFailures == 2);
        var third = await harness.Server.NextAsync(harness.Time, Tick);

        Assert.False(third.IsWatch);
        Assert.Contains(harness.Time.Timers, due => due > TimeSpan.FromMilliseconds(190) && due < TimeSpan.FromMilliseconds(610));
    }

    [Fact]
    public async Task RunAsync_OtherErrorEvent_RelistsAfterPauseTheServerAskedFor()
    {
        await using var harness = new CacheHarness();
        var watch = await harness.StartSyncedAsync("10");

        watch.Error(429, "TooManyRequests", """{"retryAfterSeconds":7}""");

        var list = await harness.Server.NextAsync(harness.Time, Tick);
        Assert.False(list.IsWatch);
        Assert.Contains(harness.Time.Timers, due => due >= TimeSpan.FromSeconds(7) && due < TimeSpan.FromSeconds(8));
    }

    [Fact]
    public async Task RunAsync_UnreadableLine_Relists()
    {
        await using var harness = new CacheHarness();
        var watch = await harness.StartSyncedAsync("10");

        watch.Line("{\"type\":\"ADDED\",\"obj");

        Assert.False((await harness.Server.NextAsync(harness.Time, Tick)).IsWatch);
        Assert.Empty(harness.Cache.List());
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"type":"RENAMED","object":{}}""")]
    [InlineData("""{"type":"BOOKMARK","object":{"metadata":{}}}""")]
    [InlineData("""{"type":"ADDED"}""")]
    public async Task RunAsync_LineThatIsNoEvent_Relists(string line)
    {
        await using var harness = new CacheHarness();
        var watch = await harness.StartSyncedAsync("10");

        watch.Line(line);

        Assert.False((await harness.Server.NextAsync(harness.Time, Tick)).IsWatch);
    }

    [Theory]
    [InlineData("""{"metadata":{"namespace":"shop","resourceVersion":"11"}}""")]
    [InlineData("""{"metadata":{"name":7,"namespace":"shop","resourceVersion":"11"}}""")]
    [InlineData("""{"metadata":{"name":"x","namespace":"shop"}}""")]
    [InlineData("""{"metadata":{"name":"x","resourceVersion":"11"}}""")]
    [InlineData("""{"metadata":{"name":"x","namespace":"shop","resourceVersion":"11","labels":{"a":"1","a":"2"}}}""")]
    [InlineData("""{"kind":"Pod","metadata":{"name":"x","namespace":"shop","resourceVersion":"11"}}""")]
    [InlineData("\"text\"")]
    [InlineData("null")]
    public async Task RunAsync_PoisonObject_IsSkippedAndStreamGoesOn(string poison)
    {
        await using var harness = new CacheHarness();
        var watch = await harness.StartSyncedAsync("10");

        watch.Event("ADDED", poison);
        watch.Event("ADDED", Deployment("a", 12));

        await harness.SeenAsync("Added a@12");
        Assert.False(harness.Server.HasRequest);
    }

    [Fact]
    public async Task RunAsync_PoisonObjectInList_IsLeftOutAndRestTaken()
    {
        await using var harness = new CacheHarness();

        await harness.StartSyncedAsync("10", """{"metadata":{}}""", "7", """{"metadata":{"name":"x","name":"y","namespace":"shop","resourceVersion":"3"}}""", Deployment("a", 5));

        Assert.Equal(["Added a@5"], harness.Changes);
    }

    [Fact]
    public async Task RunAsync_ConnectionBreaks_ResumesAfterPauseFromLastVersion()
    {
        await using var harness = new CacheHarness();
        var watch = await harness.StartSyncedAsync("10");
        watch.Event("ADDED", Deployment("a", 11));

        watch.BreakOff();

        var next = await harness.Server.NextAsync(harness.Time, Tick);
        Assert.True(next.IsWatch);
        Assert.Equal("11", next.Query("resourceVersion"));
    }

    [Fact]
    public async Task RunAsync_StreamEndsInsideALine_RelistsRatherThanGuess()
    {
        await using var harness = new CacheHarness();
        var watch = await harness.StartSyncedAsync("10");

        watch.Raw("""{"type":"ADDED","object":{"meta""");
        watch.End();

        Assert.False((await harness.Server.NextAsync(harness.Time, Tick)).IsWatch);
    }

    [Fact]
    public async Task RunAsync_LineInPieces_IsPutTogether()
    {
        await using var harness = new CacheHarness();
        var watch = await harness.StartSyncedAsync("10");

        var text = $$"""{"type":"ADDED","object":{{Deployment("größe", 11)}}}""" + "\r\n\n";
        foreach (var piece in text.Chunk(7))
        {
            watch.Raw(new string(piece));
        }

        await harness.SeenAsync("Added größe@11");
    }

    [Fact]
    public async Task RunAsync_NoBytesForTimeoutAndGrace_AbandonsAndResumes()
    {
        await using var harness = new CacheHarness();
        var watch = await harness.StartSyncedAsync("10");
        var opened = harness.Time.GetUtcNow();

        var next = await harness.Server.NextAsync(harness.Time, TimeSpan.FromSeconds(2));

        await watch.Abandoned.WaitAsync(TestContext.Current.CancellationToken);
        Assert.True(next.IsWatch);
        Assert.Equal("10", next.Query("resourceVersion"));
        Assert.True(harness.Time.GetUtcNow() - opened >= TimeSpan.FromMinutes(4.5));
    }

    [Fact]
    public async Task RunAsync_BookmarksKeepComing_DoesNotAbandon()
    {
        await using var harness = new CacheHarness();
        var watch = await harness.StartSyncedAsync("10");

        for (var version = 11; version < 31; version++)
        {
            var expected = harness.Time.GetUtcNow() + TimeSpan.FromMinutes(1);
            harness.Time.Advance(TimeSpan.FromMinutes(1));
            watch.Bookmark($"{version}");
            await Eventually.HoldsAsync(() => harness.Cache.Health.LastEvent == expected);
        }

        Assert.False(watch.Abandoned.IsCompleted);
        Assert.False(harness.Server.HasRequest);
    }

    [Fact]
    public async Task RunAsync_WatchNeverAnswered_TriesAgain()
    {
        await using var harness = new CacheHarness();
        harness.Start();
        (await harness.Server.NextAsync()).RespondList("10");
        await harness.Server.NextAsync();

        var again = await harness.Server.NextAsync(harness.Time, TimeSpan.FromSeconds(1));

        Assert.True(again.IsWatch);
        Assert.Equal("10", again.Query("resourceVersion"));
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task RunAsync_BusyServer_WaitsAsLongAsAsked(int status)
    {
        await using var harness = new CacheHarness();
        harness.Start();

        (await harness.Server.NextAsync()).RespondStatus(status, "Busy", TimeSpan.FromSeconds(9));

        (await harness.Server.NextAsync(harness.Time, Tick)).RespondList("10", Deployment("a", 5));
        await harness.SeenAsync("Added a@5");
        Assert.Contains(harness.Time.Timers, due => due >= TimeSpan.FromSeconds(9) && due < TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task RunAsync_BusyServerAsksForAnHour_WaitsThirtySecondsAtMost()
    {
        await using var harness = new CacheHarness();
        harness.Start();

        (await harness.Server.NextAsync()).RespondStatus(503, "Busy", TimeSpan.FromHours(1));
        await harness.Server.NextAsync(harness.Time, TimeSpan.FromSeconds(1));

        Assert.Contains(TimeSpan.FromSeconds(30), harness.Time.Timers);
    }

    [Fact]
    public async Task RunAsync_ServerRestarts_GoesThroughRefusalBusyAndGoneAndReportsWhatWasMissed()
    {
        await using var harness = new CacheHarness();
        var watch = await harness.StartSyncedAsync("10", Deployment("a", 5), Deployment("b", 6));

        watch.BreakOff();
        (await harness.Server.NextAsync(harness.Time, Tick)).Refuse();
        (await harness.Server.NextAsync(harness.Time, Tick)).RespondStatus(503, "ServiceUnavailable");
        (await harness.Server.NextAsync(harness.Time, Tick)).RespondStatus(429, "TooManyRequests", TimeSpan.FromSeconds(1), """{"retryAfterSeconds":1}""");
        (await harness.Server.NextAsync(harness.Time, Tick)).RespondStatus(410, "Expired");
        var list = await harness.Server.NextAsync(harness.Time, Tick);
        list.RespondList("90", Deployment("b", 6), Deployment("c", 80));
        (await harness.Server.NextAsync()).RespondWatch().Event("MODIFIED", Deployment("c", 91));

        Assert.False(list.IsWatch);
        await harness.SeenAsync("Added a@5", "Added b@6", "Deleted a@5", "Added c@80", "Modified c@91");
        Assert.Equal(0, harness.Cache.Health.ConsecutiveFailures);
    }

    [Fact]
    public async Task RunAsync_ManyFailuresInARow_ListsAgain()
    {
        await using var harness = new CacheHarness(options: new ListWatchOptions { RelistAfterFailures = 3 });
        var watch = await harness.StartSyncedAsync("10");

        watch.BreakOff();
        (await harness.Server.NextAsync(harness.Time, Tick)).Refuse();
        (await harness.Server.NextAsync(harness.Time, Tick)).Refuse();

        Assert.False((await harness.Server.NextAsync(harness.Time, Tick)).IsWatch);
    }

    [Fact]
    public async Task RunAsync_ListOfLongAgo_IsMadeAgainWhenTheWatchEnds()
    {
        await using var harness = new CacheHarness(options: new ListWatchOptions { RelistInterval = TimeSpan.FromMinutes(10) });
        var watch = await harness.StartSyncedAsync("10", Deployment("a", 5), Deployment("b", 6));

        // a@20 and the end of b are never told
        harness.Time.Advance(TimeSpan.FromMinutes(2));
        watch.End();
        var resumed = await harness.Server.NextAsync();
        Assert.True(resumed.IsWatch);
        var second = resumed.RespondWatch();
        await second.Reading.WaitAsync(TestContext.Current.CancellationToken);
        harness.Time.Advance(TimeSpan.FromMinutes(4));
        harness.Time.Advance(TimeSpan.FromMinutes(7));
        var list = await harness.Server.NextAsync(harness.Time, Tick);
        list.RespondList("30", Deployment("a", 20));

        Assert.False(list.IsWatch);
        await harness.SeenAsync("Added a@5", "Added b@6", "Deleted b@6", "Modified a@20");
    }

    [Fact]
    public async Task RunAsync_WatchClosedAtOnceAgainAndAgain_Pauses()
    {
        await using var harness = new CacheHarness();
        var watch = await harness.StartSyncedAsync("10");
        watch.End();

        await Eventually.HoldsAsync(() => harness.Cache.Health.ConsecutiveFailures == 1);

        Assert.False(harness.Server.HasRequest);
        Assert.True((await harness.Server.NextAsync(harness.Time, Tick)).IsWatch);
    }

    [Fact]
    public async Task RunAsync_ForbiddenList_KeepsTryingAndSaysWhy()
    {
        await using var harness = new CacheHarness();
        harness.Start();

        (await harness.Server.NextAsync()).RespondStatus(403, "Forbidden");
        var again = await harness.Server.NextAsync(harness.Time, Tick);

        Assert.False(again.IsWatch);
        Assert.Contains("403", harness.Cache.Health.LastFailure, StringComparison.Ordinal);
        Assert.False(harness.Cache.Health.Synced);
        Assert.False(harness.Cache.Synced.IsCompleted);
    }

    [Fact]
    public async Task RunAsync_WithoutTheRight_SaysItOnceAndGoesOnWhenItIsGiven()
    {
        var logs = new RecordingLogger();
        await using var harness = new CacheHarness("shop", logger: logs);
        harness.Start();

        MissingRightTests.Refuse(await harness.Server.NextAsync(), "list");
        await harness.Cache.Refused.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(new MissingRight("list", "apps", "deployments", "shop", "x"), harness.Cache.Health.Missing);
        for (var attempt = 0; attempt < 3; attempt++)
        {
            MissingRightTests.Refuse(await harness.Server.NextAsync(harness.Time, Tick), "list");
        }

        (await harness.Server.NextAsync(harness.Time, Tick)).RespondList("10", Deployment("a", 5));
        await harness.SeenAsync("Added a@5");
        MissingRightTests.Refuse(await harness.Server.NextAsync(), "watch"); // the other half of it, which is news
        await Eventually.HoldsAsync(() => harness.Cache.Health.Missing?.Verb == "watch");
        (await harness.Server.NextAsync(harness.Time, Tick)).RespondList("11", Deployment("a", 6));
        var watch = (await harness.Server.NextAsync()).RespondWatch();
        watch.Event("MODIFIED", Deployment("a", 12));

        await Eventually.HoldsAsync(() => harness.Cache.Health is { ConsecutiveFailures: 0, Missing: null });
        Assert.Equal([2103, 2107, 2107, 2107, 2103], logs.Events.Where(id => id is 2103 or 2107));
    }

    [Fact]
    public async Task RunAsync_SlowList_WaitsForItBeyondTheOrdinaryTimeout()
    {
        await using var harness = new CacheHarness();
        harness.Start();
        var list = await harness.Server.NextAsync();

        harness.Time.Advance(TimeSpan.FromSeconds(50));
        list.RespondList("10", Deployment("a", 5));

        await harness.SeenAsync("Added a@5");
    }

    [Fact]
    public async Task RunAsync_ListThatNeverComes_TriesAgain()
    {
        await using var harness = new CacheHarness();
        harness.Start();
        await harness.Server.NextAsync();

        var again = await harness.Server.NextAsync(harness.Time, TimeSpan.FromSeconds(1));

        Assert.False(again.IsWatch);
        Assert.Equal(1, harness.Cache.Health.ConsecutiveFailures);
    }

    [Fact]
    public async Task RunAsync_ListSnapshotExpiresBetweenPages_ListsInOnePiece()
    {
        await using var harness = new CacheHarness();
        harness.Start();

        (await harness.Server.NextAsync()).RespondPage("10", "next", Deployment("a", 5));
        (await harness.Server.NextAsync()).RespondStatus(410, "Expired");
        var whole = await harness.Server.NextAsync();
        whole.RespondList("20", Deployment("b", 15));

        Assert.Equal("", whole.Query("limit"));
        await harness.SeenAsync("Added b@15");
    }

    [Fact]
    public async Task RunAsync_ListNamesObjectTwice_TakesTheLast()
    {
        await using var harness = new CacheHarness();

        await harness.StartSyncedAsync("10", Deployment("a", 5), Deployment("a", 6));

        Assert.Equal(["Added a@6"], harness.Changes);
    }

    [Fact]
    public async Task RunAsync_Cancelled_EndsQuietlyAndCancelsSynced()
    {
        await using var harness = new CacheHarness();
        harness.Start();
        await harness.Server.NextAsync();

        await harness.StopAsync();

        Assert.True(harness.Running.IsCompletedSuccessfully);
        Assert.True(harness.Cache.Synced.IsCanceled);
    }

    [Fact]
    public async Task RunAsync_CalledTwice_Throws()
    {
        await using var harness = new CacheHarness();
        harness.Start();

        await Assert.ThrowsAsync<InvalidOperationException>(() => harness.Cache.RunAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Changed_HandlerThrows_OthersAreToldAndStreamGoesOn()
    {
        await using var harness = new CacheHarness();
        var told = new List<string>();
        harness.Cache.Changed += _ => throw new InvalidOperationException("a listener's mistake");
        harness.Cache.Changed += change => told.Add(change.Name);
        var watch = await harness.StartSyncedAsync("10", Deployment("a", 5));

        watch.Event("ADDED", Deployment("b", 11));

        await harness.SeenAsync("Added a@5", "Added b@11");
        await Eventually.HoldsAsync(() => told.Count == 2);
        Assert.Equal(["a", "b"], told);
    }

    [Fact]
    public async Task Lookup_IndexAddedBeforeAndAfter_FollowsChanges()
    {
        await using var harness = new CacheHarness();
        harness.Cache.AddIndex("app", read => [(string)read["metadata"]!["labels"]!["app"]!]); // throws for objects without the label
        var watch = await harness.StartSyncedAsync("10", Deployment("a", 5, labels: """{"app":"x"}"""), Deployment("b", 6, labels: """{"app":"x"}"""), Deployment("c", 7));
        harness.Cache.AddIndex("name", read => [(string)read["metadata"]!["name"]!]);

        watch.Event("MODIFIED", Deployment("a", 11, labels: """{"app":"y"}"""));
        watch.Event("DELETED", Deployment("b", 12, labels: """{"app":"x"}"""));
        await harness.SeenAsync("Added a@5", "Added b@6", "Added c@7", "Modified a@11", "Deleted b@12");

        Assert.Empty(harness.Cache.Lookup("app", "x"));
        Assert.Equal("11", CacheHarness.Version(Assert.Single(harness.Cache.Lookup("app", "y"))));
        Assert.Single(harness.Cache.Lookup("name", "c"));
        Assert.Throws<ArgumentException>(() => harness.Cache.Lookup("none", "c"));
        Assert.Throws<ArgumentException>(() => harness.Cache.AddIndex("app", _ => []));
    }

    [Fact]
    public async Task Health_AfterEvents_TellsTimesOfListAndEvent()
    {
        await using var harness = new CacheHarness();
        var listed = harness.Time.GetUtcNow();
        var watch = await harness.StartSyncedAsync("10");
        harness.Time.Advance(TimeSpan.FromSeconds(5));

        watch.Bookmark("11");
        await Eventually.HoldsAsync(() => harness.Cache.Health.LastEvent is not null);

        Assert.Equal(new CacheHealth(true, listed + TimeSpan.FromSeconds(5), listed, 0, null), harness.Cache.Health);
    }

    private sealed class RecordingLogger : ILogger<ListWatchCache>
    {
        private readonly System.Collections.Concurrent.ConcurrentQueue<int> _events = new();

        public IEnumerable<int> Events => _events;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => _events.Enqueue(eventId.Id);
    }
}
