using k8s;
using k8s.Models;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using static Canary.Sandbox.ApiServer.Samples;

namespace Canary.Sandbox.ApiServer;

public sealed class ListAndWatchTests
{
    [Fact]
    public async Task List_InPages_ShowsOneRevisionWithoutGapsOrRepeats()
    {
        await using var running = await RunningServer.StartAsync();
        foreach (var index in Enumerable.Range(0, 7))
        {
            await running.DoAsync("POST", ConfigMaps, ConfigMap($"m{index}"));
        }

        var names = new List<string>();
        string? next = null;
        do
        {
            var page = await running.Client.CoreV1.ListNamespacedConfigMapAsync("default", limit: 3, continueParameter: next, cancellationToken: RunningServer.Cancellation);
            names.AddRange(page.Items.Select(item => item.Metadata.Name));
            next = page.Metadata.ContinueProperty;
            if (names.Count == 3)
            {
                Assert.Equal(4, page.Metadata.RemainingItemCount);
                await running.DoAsync("POST", ConfigMaps, ConfigMap("m3a"));
            }
        }
        while (!string.IsNullOrEmpty(next));

        Assert.Equal(["m0", "m1", "m2", "m3", "m4", "m5", "m6"], names);
    }

    [Fact]
    public async Task List_ContinuedAfterCompaction_IsGone()
    {
        await using var running = await RunningServer.StartAsync();
        await running.DoAsync("POST", ConfigMaps, ConfigMap("a"));
        await running.DoAsync("POST", ConfigMaps, ConfigMap("b"));
        var page = await running.DoAsync("GET", ConfigMaps + "?limit=1");
        await running.DoAsync("POST", ConfigMaps, ConfigMap("c"));
        running.Server.CompactHistory();

        var (code, status) = await running.SendAsync("GET", $"{ConfigMaps}?limit=1&continue={Uri.EscapeDataString(page.Text("metadata", "continue") ?? "")}");

        Assert.Equal((410, "Expired"), (code, status.Text("reason")));
    }

    [Fact]
    public async Task List_BySelectors_FiltersByLabelsAndFields()
    {
        await using var running = await RunningServer.StartAsync();
        await running.DoAsync("POST", ConfigMaps, ConfigMap("a", """{"app":"x"}"""));
        await running.DoAsync("POST", ConfigMaps, ConfigMap("b", """{"app":"y"}"""));

        var labelled = await running.DoAsync("GET", "/api/v1/configmaps?labelSelector=app%20in%20(x,z)");
        var named = await running.DoAsync("GET", "/api/v1/configmaps?fieldSelector=metadata.name!%3Da");
        var (code, _) = await running.SendAsync("GET", "/api/v1/configmaps?fieldSelector=data.a%3D1");

        Assert.Equal("a", Assert.Single(labelled.Items("items") ?? []).Text("metadata", "name"));
        Assert.Equal("b", Assert.Single(named.Items("items") ?? []).Text("metadata", "name"));
        Assert.Equal(400, code);
    }

    [Fact]
    public async Task List_ItemsOfBuiltInKinds_CarryNoTypeAndCustomOnesDo()
    {
        await using var running = await RunningServer.StartAsync();
        await running.DoAsync("POST", ConfigMaps, ConfigMap("a"));
        await running.DoAsync("POST", VirtualServices, """{"metadata":{"name":"v"},"spec":{}}""");

        Assert.Null((await running.DoAsync("GET", ConfigMaps)).Items("items")?[0].Text("kind"));
        Assert.Equal("VirtualService", (await running.DoAsync("GET", VirtualServices)).Items("items")?[0].Text("kind"));
    }

    [Fact]
    public async Task Watch_FromAList_DeliversWhatHappensAfterItInOrder()
    {
        await using var running = await RunningServer.StartAsync();
        await running.DoAsync("POST", ConfigMaps, ConfigMap("before"));
        var list = await running.Client.CoreV1.ListNamespacedConfigMapAsync("default", cancellationToken: RunningServer.Cancellation);
        await running.DoAsync("POST", ConfigMaps, ConfigMap("a"));
        await running.DoAsync("PATCH", ConfigMaps + "/a", """{"data":{"a":"2"}}""", "application/merge-patch+json");
        await running.DoAsync("DELETE", ConfigMaps + "/a");

        var seen = new List<string>();
        await foreach (var (type, item) in running.Client.CoreV1.WatchListNamespacedConfigMapAsync(
            "default", resourceVersion: list.Metadata.ResourceVersion, cancellationToken: RunningServer.Cancellation))
        {
            seen.Add($"{type} {item.Metadata.Name}");
            if (seen.Count == 3)
            {
                break;
            }
        }

        Assert.Equal(["Added a", "Modified a", "Deleted a"], seen);
    }

    [Theory]
    [InlineData("")]
    [InlineData("&resourceVersion=0")]
    public async Task Watch_WithoutARevision_BeginsWithWhatExists(string revision)
    {
        await using var running = await RunningServer.StartAsync();
        await running.DoAsync("POST", ConfigMaps, ConfigMap("a"));

        await foreach (var line in running.WatchAsync($"{ConfigMaps}?watch=true{revision}", RunningServer.Cancellation))
        {
            Assert.Equal(("ADDED", "a"), (line.Text("type"), line.Text("object", "metadata", "name")));
            return;
        }

        Assert.Fail("the watch ended without an event");
    }

    [Fact]
    public async Task Watch_ThroughASelector_SeesObjectsComeAndGo()
    {
        await using var running = await RunningServer.StartAsync();
        var start = (await running.DoAsync("GET", ConfigMaps)).Text("metadata", "resourceVersion");
        await running.DoAsync("POST", ConfigMaps, ConfigMap("a"));
        await running.DoAsync("PATCH", ConfigMaps + "/a", """{"metadata":{"labels":{"app":"x"}}}""", "application/merge-patch+json");
        await running.DoAsync("PATCH", ConfigMaps + "/a", """{"metadata":{"labels":{"app":null}}}""", "application/merge-patch+json");

        var seen = new List<string?>();
        await foreach (var line in running.WatchAsync($"{ConfigMaps}?watch=true&labelSelector=app%3Dx&resourceVersion={start}", RunningServer.Cancellation))
        {
            seen.Add(line.Text("type"));
            if (seen.Count == 2)
            {
                break;
            }
        }

        Assert.Equal(["ADDED", "DELETED"], seen);
    }

    [Fact]
    public async Task Watch_FromCompactedHistory_GetsAnErrorEventOf410()
    {
        await using var running = await RunningServer.StartAsync();
        await running.DoAsync("POST", ConfigMaps, ConfigMap("a"));
        running.Server.CompactHistory();

        var lines = await running.WatchAsync($"{ConfigMaps}?watch=true&resourceVersion=1", RunningServer.Cancellation).ToListAsync(RunningServer.Cancellation);

        var line = Assert.Single(lines);
        Assert.Equal(("ERROR", 410, "Expired"), (line.Text("type"), line.Whole("object", "code"), line.Text("object", "reason")));
    }

    [Fact]
    public async Task Watch_FromBeyondABoundedHistory_GetsAnErrorEventOf410()
    {
        await using var running = await RunningServer.StartAsync(new() { HistoryLimit = 2 });
        var start = (await running.DoAsync("GET", ConfigMaps)).Text("metadata", "resourceVersion");
        foreach (var name in new[] { "a", "b", "c" })
        {
            await running.DoAsync("POST", ConfigMaps, ConfigMap(name));
        }

        var lines = await running.WatchAsync($"{ConfigMaps}?watch=true&resourceVersion={start}", RunningServer.Cancellation).ToListAsync(RunningServer.Cancellation);

        Assert.Equal("ERROR", Assert.Single(lines).Text("type"));
    }

    [Fact]
    public async Task Watch_AtItsTimeout_EndsWithABookmark()
    {
        var time = new FakeTimeProvider();
        await using var running = await RunningServer.StartAsync(time: time);
        var seen = new List<string?>();
        var reading = Task.Run(async () =>
        {
            await foreach (var line in running.WatchAsync($"{ConfigMaps}?watch=true&allowWatchBookmarks=true&timeoutSeconds=30&resourceVersion=1", RunningServer.Cancellation))
            {
                seen.Add(line.Text("type"));
            }
        }, RunningServer.Cancellation);
        await Eventually.TrueAsync(() => running.Server.OpenWatches == 1);

        time.Advance(TimeSpan.FromSeconds(31));
        await reading;

        Assert.Equal(["BOOKMARK"], seen);
    }

    [Fact]
    public async Task Watch_AskingForInitialEvents_IsRefusedAsByAServerWithoutTheFeature()
    {
        await using var running = await RunningServer.StartAsync();

        var (code, _) = await running.SendAsync("GET", ConfigMaps + "?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true");

        Assert.Equal(422, code);
    }

    [Fact]
    public async Task CloseWatches_EndsStreamsCleanly()
    {
        await using var running = await RunningServer.StartAsync();
        var reading = running.WatchAsync(ConfigMaps + "?watch=true", RunningServer.Cancellation).ToListAsync(RunningServer.Cancellation).AsTask();
        await Eventually.TrueAsync(() => running.Server.OpenWatches == 1);

        running.Server.CloseWatches();

        Assert.Empty(await reading);
    }

    [Fact]
    public async Task SilenceWatches_HoldsEventsBackUntilResumed()
    {
        await using var running = await RunningServer.StartAsync();
        running.Server.SilenceWatches();
        await using var lines = running.WatchAsync(ConfigMaps + "?watch=true", RunningServer.Cancellation).GetAsyncEnumerator(RunningServer.Cancellation);
        var next = lines.MoveNextAsync().AsTask();
        await Eventually.TrueAsync(() => running.Server.OpenWatches == 1);
        await running.DoAsync("POST", ConfigMaps, ConfigMap("a"));
        Assert.False(next.IsCompleted);

        running.Server.ResumeWatches();

        Assert.True(await next);
        Assert.Equal("a", lines.Current.Text("object", "metadata", "name"));
    }

    [Fact]
    public async Task List_AsTable_HasColumnsAndRows()
    {
        await using var running = await RunningServer.StartAsync();
        await running.DoAsync("POST", Deployments, Samples.Deployment);

        var (_, table) = await running.SendAsync("GET", Deployments, accept: "application/json;as=Table;v=v1;g=meta.k8s.io,application/json");

        Assert.Equal("Table", table.Text("kind"));
        Assert.Equal(["Name", "Ready", "Up-to-date", "Available", "Age"], table.Items("columnDefinitions")!.Where(column => column.Whole("priority") == 0).Select(column => column.Text("name")));
        Assert.Equal(["web", "0/2"], table.Items("rows")![0].Items("cells")!.Take(2).Select(cell => cell.Text()));
    }
}
