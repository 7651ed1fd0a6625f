using Canary.Kubernetes.Tests.Api;
using Xunit;
using static Canary.Kubernetes.Tests.Api.ApiHarness;

namespace Canary.Kubernetes.Tests.Watching;

public sealed class ListWatchCacheOfferTests
{
    [Fact]
    public async Task Offer_NewerThanCache_IsSeenAtOnceAndOldEventsDoNotUndoIt()
    {
        await using var harness = new CacheHarness();
        var watch = await harness.StartSyncedAsync("10", Deployment("a", 5));

        harness.Cache.Offer(CacheHarness.Parsed(Deployment("a", 15)));
        watch.Event("MODIFIED", Deployment("a", 12));
        watch.Event("MODIFIED", Deployment("a", 15));
        watch.Event("MODIFIED", Deployment("a", 16));

        await harness.SeenAsync("Added a@5", "Modified a@15", "Modified a@16");
    }

    [Theory]
    [InlineData(5)]
    [InlineData(4)]
    public async Task Offer_NotNewer_IsIgnored(int version)
    {
        await using var harness = new CacheHarness();
        await harness.StartSyncedAsync("10", Deployment("a", 5));

        harness.Cache.Offer(CacheHarness.Parsed(Deployment("a", version)));

        Assert.Equal(["Added a@5"], harness.Changes);
    }

    [Fact]
    public async Task Offer_VersionsThatAreNoNumbers_LeavesItToTheWatchAndTakesItsEvents()
    {
        await using var harness = new CacheHarness();
        var opaque = Deployment("a", 5).Replace("\"resourceVersion\":\"5\"", "\"resourceVersion\":\"x9\"", StringComparison.Ordinal);
        var watch = await harness.StartSyncedAsync("z1", opaque);

        harness.Cache.Offer(CacheHarness.Parsed(opaque.Replace("x9", "x8", StringComparison.Ordinal)));
        watch.Event("MODIFIED", opaque.Replace("x9", "x7", StringComparison.Ordinal));
        watch.Event("MODIFIED", opaque.Replace("x9", "x7", StringComparison.Ordinal));
        watch.Event("DELETED", opaque.Replace("x9", "x6", StringComparison.Ordinal));

        await harness.SeenAsync("Added a@x9", "Modified a@x7", "Deleted a@x6");
    }

    [Fact]
    public async Task Offer_CreatedObject_IsAddedAndItsEventChangesNothing()
    {
        await using var harness = new CacheHarness();
        var watch = await harness.StartSyncedAsync("10");

        harness.Cache.Offer(CacheHarness.Parsed(Deployment("new", 11)));
        watch.Event("ADDED", Deployment("new", 11));
        watch.Event("DELETED", Deployment("new", 12));

        await harness.SeenAsync("Added new@11", "Deleted new@12");
    }

    [Fact]
    public async Task Offer_ArrivesAfterItsDeletion_DoesNotBringItBack()
    {
        await using var harness = new CacheHarness();
        var watch = await harness.StartSyncedAsync("10", Deployment("a", 5));
        watch.Event("DELETED", Deployment("a", 16));
        await harness.SeenAsync("Added a@5", "Deleted a@16");

        harness.Cache.Offer(CacheHarness.Parsed(Deployment("a", 15)));

        Assert.Null(harness.Cache.Get("shop", "a"));
    }

    [Fact]
    public async Task Offer_UnknownObjectFromBeforeTheWatchPosition_IsNotAdded()
    {
        await using var harness = new CacheHarness();
        var watch = await harness.StartSyncedAsync("10");
        watch.Bookmark("20");
        await Eventually.HoldsAsync(() => harness.Cache.Health.LastEvent is not null);

        harness.Cache.Offer(CacheHarness.Parsed(Deployment("a", 19)));

        Assert.Empty(harness.Cache.List());
    }

    [Fact]
    public async Task Offer_WhileAListIsUnderWay_SurvivesTheOlderList()
    {
        await using var harness = new CacheHarness();
        var watch = await harness.StartSyncedAsync("10", Deployment("a", 5));
        watch.Error(410, "Expired");
        var list = await harness.Server.NextAsync();

        harness.Cache.Offer(CacheHarness.Parsed(Deployment("a", 31)));
        harness.Cache.Offer(CacheHarness.Parsed(Deployment("b", 32)));
        list.RespondList("30", Deployment("a", 25), Deployment("c", 26));

        await harness.SeenAsync("Added a@5", "Modified a@31", "Added b@32", "Added c@26");
    }

    [Fact]
    public async Task Offer_BeforeAListThatLacksIt_IsReportedDeleted()
    {
        await using var harness = new CacheHarness();
        var watch = await harness.StartSyncedAsync("10", Deployment("a", 5));
        harness.Cache.Offer(CacheHarness.Parsed(Deployment("a", 15)));

        watch.Error(410, "Expired");
        (await harness.Server.NextAsync()).RespondList("30");

        await harness.SeenAsync("Added a@5", "Modified a@15", "Deleted a@15");
    }

    [Fact]
    public async Task Offer_UnknownObjectWithSelector_IsLeftToTheWatch()
    {
        await using var harness = new CacheHarness(labelSelector: "app=x");
        await harness.StartSyncedAsync("10");

        harness.Cache.Offer(CacheHarness.Parsed(Deployment("a", 15)));

        Assert.Empty(harness.Cache.List());
    }

    [Fact]
    public async Task Offer_OtherNamespace_IsIgnored()
    {
        await using var harness = new CacheHarness(ns: "shop");
        await harness.StartSyncedAsync("10");

        harness.Cache.Offer(CacheHarness.Parsed(Deployment("a", 15, ns: "other")));

        Assert.Empty(harness.Cache.List());
    }

    [Theory]
    [InlineData("""{"kind":"Pod","metadata":{"name":"a","namespace":"shop","resourceVersion":"5"}}""")]
    [InlineData("""{"metadata":{"name":"a","namespace":"shop"}}""")]
    public async Task Offer_NotAnObjectOfThisCache_Throws(string json)
    {
        await using var harness = new CacheHarness();

        Assert.Throws<ArgumentException>(() => harness.Cache.Offer(CacheHarness.Parsed(json)));
    }

    [Fact]
    public async Task Offer_FromInsideAHandler_IsToldAfterwardsInOrder()
    {
        await using var harness = new CacheHarness();
        harness.Cache.Changed += change =>
        {
            if (change.Name == "b")
            {
                harness.Cache.Offer(CacheHarness.Parsed(Deployment("a", 15)));
            }
        };
        var watch = await harness.StartSyncedAsync("10", Deployment("a", 5));

        watch.Event("ADDED", Deployment("b", 11));

        await harness.SeenAsync("Added a@5", "Added b@11", "Modified a@15");
    }

    [Fact]
    public async Task Take_DuplicateAndLateEvents_ChangeNothing()
    {
        await using var harness = new CacheHarness();
        var watch = await harness.StartSyncedAsync("10", Deployment("a", 5));

        watch.Event("MODIFIED", Deployment("a", 12));
        watch.Event("MODIFIED", Deployment("a", 12));
        watch.Event("MODIFIED", Deployment("a", 11));
        watch.Event("DELETED", Deployment("a", 13));
        watch.Event("MODIFIED", Deployment("a", 12));
        watch.Event("DELETED", Deployment("a", 13));
        watch.Event("ADDED", Deployment("z", 9)); // from before the list, which did not have it
        watch.Event("ADDED", Deployment("a", 14, uid: "u2"));
        watch.Event("DELETED", Deployment("a", 13));

        await harness.SeenAsync("Added a@5", "Modified a@12", "Deleted a@13", "Added a@14");
        watch.Bookmark("20");
        await Eventually.HoldsAsync(() => harness.Cache.Get("shop", "a") is not null);
        Assert.Single(harness.Cache.List());
    }

    [Fact]
    public async Task Take_OtherObjectOfSameName_IsToldAsDeletionAndAddition()
    {
        await using var harness = new CacheHarness();
        var watch = await harness.StartSyncedAsync("10", Deployment("a", 5, uid: "u1"));

        watch.Error(410, "Expired");
        (await harness.Server.NextAsync()).RespondList("30", Deployment("a", 25, uid: "u2"));

        await harness.SeenAsync("Added a@5", "Deleted a@5", "Added a@25");
    }

    [Fact]
    public async Task Replace_ListOlderThanWhatIsKnown_IsNotBelieved()
    {
        await using var harness = new CacheHarness();
        var watch = await harness.StartSyncedAsync("1000", Deployment("a", 900), Deployment("b", 950));

        watch.Error(410, "Expired");
        (await harness.Server.NextAsync()).RespondList("500", Deployment("a", 400));
        var again = await harness.Server.NextAsync(harness.Time, TimeSpan.FromMilliseconds(100));
        again.RespondList("1001", Deployment("a", 900), Deployment("b", 1001));

        Assert.False(again.IsWatch);
        Assert.Equal("1001", (await harness.Server.NextAsync()).Query("resourceVersion"));
        await harness.SeenAsync("Added a@900", "Added b@950", "Modified b@1001");
    }

    [Fact]
    public async Task Replace_ClusterRestoredFromBackup_TakesTheListThoughItCountsLower()
    {
        await using var harness = new CacheHarness();
        var watch = await harness.StartSyncedAsync("1000", Deployment("a", 900), Deployment("b", 950));

        watch.Error(410, "Expired");
        (await harness.Server.NextAsync()).RespondList("500", Deployment("a", 400));
        for (var further = 0; further < 4; further++)
        {
            (await harness.Server.NextAsync(harness.Time, TimeSpan.FromMilliseconds(100))).RespondList("500", Deployment("a", 400));
        }

        var again = await harness.Server.NextAsync();
        again.RespondWatch().Event("MODIFIED", Deployment("a", 501));

        Assert.Equal("500", again.Query("resourceVersion"));
        await harness.SeenAsync("Added a@900", "Added b@950", "Deleted b@950", "Modified a@400", "Modified a@501");
    }
}
