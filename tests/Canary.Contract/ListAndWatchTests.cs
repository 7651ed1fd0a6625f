using System.Globalization;
using System.Text.Json.Nodes;
using Canary.Contract.Support;
using Canary.Sandbox.ApiServer;
using Xunit;
using static Canary.Contract.Support.Samples;

namespace Canary.Contract;

/// <summary>What every cache of the engine stands on.</summary>
public sealed class ListAndWatchTests(Servers servers)
{
    [Theory, OnBothServers]
    public async Task List_InPages_ShowsOneRevisionWithoutGapsOrRepeats(string server)
    {
        var place = await servers.OpenAsync(server);
        await CreateAsync(place, "m0", "m1", "m2", "m3", "m4", "m5", "m6");

        var names = new List<string>();
        var versions = new HashSet<string>();
        for (string? next = ""; next is not null;)
        {
            var page = await place.GetAsync($"{Own(place)}&limit=3&continue={Uri.EscapeDataString(next)}");
            names.AddRange(Names(page));
            versions.Add(page.Text("metadata", "resourceVersion")!);
            next = page.Text("metadata", "continue") is { Length: > 0 } more ? more : null;
            if (names.Count == 3)
            {
                await CreateAsync(place, "m3a");
            }
        }

        Assert.Equal(["m0", "m1", "m2", "m3", "m4", "m5", "m6"], names);
        Assert.Single(versions);
    }

    [Theory, OnBothServers]
    public async Task List_FirstOfSeveralPages_SaysHowManyRemain(string server)
    {
        var place = await servers.OpenAsync(server);
        await ServeWidgetsAsync(place);
        var widgets = place.Of(WidgetGroup, "v1", "widgets");
        foreach (var name in new[] { "a", "b", "c", "d" })
        {
            await place.DoAsync("POST", widgets, Widget(name));
        }

        var page = await place.GetAsync(widgets + "?limit=3");

        Assert.Equal(1, page.Whole("metadata", "remainingItemCount"));
        Assert.Equal(["a", "b", "c"], Names(page));
    }

    [Theory, OnBothServers]
    public async Task List_ContinuedAfterCompaction_IsExpired(string server)
    {
        var place = await servers.OpenAsync(server);
        await CreateAsync(place, "a", "b");
        var page = await place.GetAsync(Own(place) + "&limit=1");
        await CreateAsync(place, "c");
        await place.Server.CompactAsync(Place.Cancellation);

        var refused = await place.RefusedAsync(410, "GET", $"{Own(place)}&limit=1&continue={Uri.EscapeDataString(page.Text("metadata", "continue")!)}");

        Assert.Equal("Expired", refused.Text("reason"));
    }

    [Theory, OnBothServers]
    public async Task List_BySelectors_FiltersByLabelsAndFields(string server)
    {
        var place = await servers.OpenAsync(server);
        await place.DoAsync("POST", place.ConfigMaps, ConfigMap("a", """{"app":"x","tier":"1"}"""));
        await place.DoAsync("POST", place.ConfigMaps, ConfigMap("b", """{"app":"y"}"""));
        await place.DoAsync("POST", place.ConfigMaps, ConfigMap("c", """{"app":"x"}"""));

        Assert.Equal(["a", "c"], Names(await place.GetAsync(place.ConfigMaps + "?labelSelector=app%20in%20(x,z)")));
        Assert.Equal(["b"], Names(await place.GetAsync(place.ConfigMaps + "?labelSelector=app,app!%3Dx")));
        Assert.Equal(["c"], Names(await place.GetAsync(place.ConfigMaps + "?labelSelector=app%3Dx,!tier")));
        Assert.Equal(["b"], Names(await place.GetAsync(place.ConfigMaps + "?fieldSelector=metadata.name%3Db")));
        Assert.Equal(["a", "b"], Names(await place.GetAsync(place.ConfigMaps + "?labelSelector=app&fieldSelector=metadata.name!%3Dc")).Take(2));
        await place.RefusedAsync(400, "GET", place.ConfigMaps + "?fieldSelector=data.a%3D1");
        await place.RefusedAsync(400, "GET", place.ConfigMaps + "?labelSelector=app%20in%20x");
    }

    [Theory, OnBothServers]
    public async Task List_Items_CarryTheirKindOnlyWhenCustom(string server)
    {
        var place = await servers.OpenAsync(server);
        await ServeWidgetsAsync(place);
        await CreateAsync(place, "a");
        await place.DoAsync("POST", place.Of(WidgetGroup, "v1", "widgets"), Widget("w"));

        var maps = await place.GetAsync(Own(place));
        var widgets = await place.GetAsync(place.Of(WidgetGroup, "v1", "widgets"));

        Assert.Equal(("ConfigMapList", null), (maps.Text("kind"), maps.Items("items")![0].Text("kind")));
        Assert.Equal(("WidgetList", "Widget"), (widgets.Text("kind"), widgets.Items("items")![0].Text("kind")));
    }

    [Theory, OnBothServers]
    public async Task List_VersionOfTheList_IsAtLeastThatOfEveryItem(string server)
    {
        var place = await servers.OpenAsync(server);
        await CreateAsync(place, "a", "b");

        var list = await place.GetAsync(Own(place));

        Assert.All(list.Items("items")!, item => Assert.True(Version(item!.AsObject()) <= Version(list)));
    }

    [Theory, OnBothServers]
    public async Task Watch_FromAList_DeliversWhatHappensAfterItInOrder(string server)
    {
        var place = await servers.OpenAsync(server);
        await CreateAsync(place, "before");
        var start = (await place.GetAsync(Own(place))).Text("metadata", "resourceVersion");
        await CreateAsync(place, "a");
        await place.DoAsync("PATCH", place.ConfigMaps + "/a", """{"data":{"a":"2"}}""", Place.MergePatch);
        await place.DoAsync("DELETE", place.ConfigMaps + "/a");

        var lines = await place.FirstAsync($"{Own(place)}&watch=true&resourceVersion={start}", 3);

        Assert.Equal(["ADDED a", "MODIFIED a", "DELETED a"], lines.Select(Line));
        Assert.Equal(lines.Select(line => Version(line["object"]!.AsObject())), lines.Select(line => Version(line["object"]!.AsObject())).Order());
        Assert.Equal("2", lines[2].Text("object", "data", "a"));
    }

    [Theory, OnBothServers]
    public async Task Watch_ResumedFromItsLastEvent_MissesAndRepeatsNothing(string server)
    {
        var place = await servers.OpenAsync(server);
        var start = (await place.GetAsync(Own(place))).Text("metadata", "resourceVersion");
        await CreateAsync(place, "a", "b", "c", "d");

        var first = await place.FirstAsync($"{Own(place)}&watch=true&resourceVersion={start}", 2);
        var second = await place.FirstAsync($"{Own(place)}&watch=true&resourceVersion={first[1].Text("object", "metadata", "resourceVersion")}", 2);

        Assert.Equal(["ADDED a", "ADDED b", "ADDED c", "ADDED d"], first.Concat(second).Select(Line));
    }

    [Theory]
    [OnBothServers("")]
    [OnBothServers("&resourceVersion=0")]
    public async Task Watch_WithoutARevision_BeginsWithWhatExists(string server, string revision)
    {
        var place = await servers.OpenAsync(server);
        await CreateAsync(place, "a");

        var lines = await place.FirstAsync($"{Own(place)}&watch=true{revision}", 1);

        Assert.Equal(["ADDED a"], lines.Select(Line));
    }

    [Theory, OnBothServers]
    public async Task Watch_ThroughASelector_SeesObjectsComeAndGo(string server)
    {
        var place = await servers.OpenAsync(server);
        var start = (await place.GetAsync(Own(place))).Text("metadata", "resourceVersion");
        await CreateAsync(place, "a");
        await place.DoAsync("PATCH", place.ConfigMaps + "/a", """{"metadata":{"labels":{"app":"x"}}}""", Place.MergePatch);
        await place.DoAsync("PATCH", place.ConfigMaps + "/a", """{"metadata":{"labels":{"app":"y"}}}""", Place.MergePatch);

        var lines = await place.FirstAsync($"{place.ConfigMaps}?watch=true&labelSelector=app%3Dx&resourceVersion={start}", 2);

        Assert.Equal(["ADDED a", "DELETED a"], lines.Select(Line));
    }

    [Theory, OnBothServers]
    public async Task Watch_FromBeforeTheHistory_GetsAnErrorEventOf410(string server)
    {
        var place = await servers.OpenAsync(server);
        await ServeWidgetsAsync(place);
        await place.DoAsync("POST", place.Of(WidgetGroup, "v1", "widgets"), Widget("w"));
        await place.Server.CompactAsync(Place.Cancellation);

        // a real server's memory of widgets begins when it began to serve them, which was later than version 1
        var lines = await place.FirstAsync(place.Of(WidgetGroup, "v1", "widgets") + "?watch=true&resourceVersion=1", 2);

        var line = Assert.Single(lines);
        Assert.Equal(("ERROR", 410, "Expired", "Status"), (line.Text("type"), line.Whole("object", "code"), line.Text("object", "reason"), line.Text("object", "kind")));
    }

    [Theory, OnBothServers]
    public async Task Watch_EndsAtItsTimeoutAndResumesFromItsBookmark(string server)
    {
        var place = await servers.OpenAsync(server);
        await CreateAsync(place, "a");
        var list = await place.GetAsync(Own(place));

        // they come a little before the timeout, and only when something has changed elsewhere since the watch began
        var elsewhere = await servers.OpenAsync(server);
        var watching = place.WatchAsync($"{Own(place)}&watch=true&allowWatchBookmarks=true&timeoutSeconds=6&resourceVersion={list.Text("metadata", "resourceVersion")}", Place.Cancellation)
            .ToListAsync(Place.Cancellation).AsTask();
        for (var index = 0; !watching.IsCompleted; index++)
        {
            await CreateAsync(elsewhere, $"m{index}");
            await Task.WhenAny(watching, Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, Place.Cancellation));
        }

        var lines = await watching;
        await CreateAsync(place, "b");
        var resumed = await place.FirstAsync($"{Own(place)}&watch=true&resourceVersion={lines[^1].Text("object", "metadata", "resourceVersion")}", 1);

        Assert.All(lines, line => Assert.Equal(("BOOKMARK", "ConfigMap"), (line.Text("type"), line.Text("object", "kind"))));
        Assert.All(lines, line => Assert.True(Version(line["object"]!.AsObject()) > Version(list)));
        Assert.Equal(["ADDED b"], resumed.Select(Line));
    }

    [Theory, OnBothServers]
    public async Task Watch_DeletionWithFinalizer_IsAChangeFirstAndAnEndLater(string server)
    {
        var place = await servers.OpenAsync(server);
        var start = (await place.GetAsync(Own(place))).Text("metadata", "resourceVersion");
        await place.DoAsync("POST", place.ConfigMaps, """{"metadata":{"name":"a","finalizers":["example.dev/hold"]}}""");
        await place.DoAsync("DELETE", place.ConfigMaps + "/a");
        await place.DoAsync("PATCH", place.ConfigMaps + "/a", """{"metadata":{"finalizers":null}}""", Place.MergePatch);

        var lines = await place.FirstAsync($"{Own(place)}&watch=true&resourceVersion={start}", 3);

        Assert.Equal(["ADDED a", "MODIFIED a", "DELETED a"], lines.Select(Line));
        Assert.NotNull(lines[1].Text("object", "metadata", "deletionTimestamp"));
    }

    // a newer server puts a ConfigMap of its own into every namespace
    private static string Own(Place place) => place.ConfigMaps + "?fieldSelector=metadata.name!%3Dkube-root-ca.crt";

    private static string Line(JsonObject line) => $"{line.Text("type")} {line.Text("object", "metadata", "name")}";

    private static IEnumerable<string> Names(JsonObject list) => list.Items("items")!.Select(item => item.Text("metadata", "name")!);

    private static long Version(JsonObject item) => long.Parse(item.Text("metadata", "resourceVersion")!, CultureInfo.InvariantCulture);

    private static async Task CreateAsync(Place place, params string[] names)
    {
        foreach (var name in names)
        {
            await place.DoAsync("POST", place.ConfigMaps, ConfigMap(name));
        }
    }
}
