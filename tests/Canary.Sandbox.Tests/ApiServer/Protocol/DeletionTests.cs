using System.Text.Json.Nodes;
using Xunit;
using static Canary.Sandbox.ApiServer.Samples;

namespace Canary.Sandbox.ApiServer;

public sealed class DeletionTests
{
    [Fact]
    public async Task Delete_WithAFinalizer_WaitsUntilItIsRemoved()
    {
        await using var running = await RunningServer.StartAsync();
        await running.DoAsync("POST", ConfigMaps, """{"metadata":{"name":"a","finalizers":["example.dev/hold"]}}""");

        var marked = await running.DoAsync("DELETE", ConfigMaps + "/a");
        var (refused, _) = await running.SendAsync("PATCH", ConfigMaps + "/a", """{"metadata":{"finalizers":["example.dev/hold","example.dev/more"]}}""", "application/merge-patch+json");
        await running.DoAsync("PATCH", ConfigMaps + "/a", """{"metadata":{"finalizers":null}}""", "application/merge-patch+json");

        Assert.NotNull(marked.Text("metadata", "deletionTimestamp"));
        Assert.Equal(422, refused);
        Assert.Equal(404, (await running.SendAsync("GET", ConfigMaps + "/a")).Code);
    }

    [Fact]
    public async Task Delete_WithAFailedPrecondition_Conflicts()
    {
        await using var running = await RunningServer.StartAsync();
        await running.DoAsync("POST", ConfigMaps, ConfigMap("a"));

        var (code, _) = await running.SendAsync("DELETE", ConfigMaps + "/a", """{"preconditions":{"uid":"other"}}""");

        Assert.Equal(409, code);
    }

    [Fact]
    public async Task DeleteCollection_BySelector_LeavesTheRest()
    {
        await using var running = await RunningServer.StartAsync();
        await running.DoAsync("POST", ConfigMaps, ConfigMap("a", """{"app":"x"}"""));
        await running.DoAsync("POST", ConfigMaps, ConfigMap("b"));

        await running.DoAsync("DELETE", ConfigMaps + "?labelSelector=app%3Dx");

        Assert.Equal("b", Assert.Single((await running.DoAsync("GET", ConfigMaps)).Items("items") ?? []).Text("metadata", "name"));
    }

    [Fact]
    public async Task Delete_Owner_TakesItsDependentsAlong()
    {
        await using var running = await RunningServer.StartAsync();
        await OwnedAsync(running, "owner", "child");
        await OwnedAsync(running, "child", "grandchild");

        await running.DoAsync("DELETE", ConfigMaps + "/owner");

        await running.UntilAsync(ConfigMaps + "/grandchild", (code, _) => code == 404);
        Assert.Equal(404, (await running.SendAsync("GET", ConfigMaps + "/child")).Code);
    }

    [Fact]
    public async Task Delete_OneOfTwoOwners_KeepsTheDependent()
    {
        await using var running = await RunningServer.StartAsync();
        await OwnedAsync(running, "one", "child");
        var other = await running.DoAsync("POST", ConfigMaps, ConfigMap("two"));
        await running.DoAsync("PATCH", ConfigMaps + "/child", $$"""{"metadata":{"ownerReferences":[{{Reference(other)}}]} }""", "application/strategic-merge-patch+json");

        await running.DoAsync("DELETE", ConfigMaps + "/one");

        await running.UntilAsync(ConfigMaps + "/child", (code, child) => code == 200 && child.Items("metadata", "ownerReferences") is [var only] && only.Text("name") == "two");
    }

    [Fact]
    public async Task Delete_Orphaning_LeavesDependentsWithoutOwner()
    {
        await using var running = await RunningServer.StartAsync();
        await OwnedAsync(running, "owner", "child");

        await running.DoAsync("DELETE", ConfigMaps + "/owner?propagationPolicy=Orphan");

        await running.UntilAsync(ConfigMaps + "/owner", (code, _) => code == 404);
        Assert.Null((await running.DoAsync("GET", ConfigMaps + "/child")).Items("metadata", "ownerReferences"));
    }

    [Fact]
    public async Task Delete_Foreground_GoesAfterItsBlockingDependents()
    {
        await using var running = await RunningServer.StartAsync();
        await OwnedAsync(running, "owner", "child", """["example.dev/hold"]""");

        await running.DoAsync("DELETE", ConfigMaps + "/owner", """{"propagationPolicy":"Foreground"}""");
        await running.UntilAsync(ConfigMaps + "/child", (_, child) => child.Text("metadata", "deletionTimestamp") is not null);
        var owner = await running.DoAsync("GET", ConfigMaps + "/owner");
        await running.DoAsync("PATCH", ConfigMaps + "/child", """{"metadata":{"finalizers":null}}""", "application/merge-patch+json");

        Assert.Equal("foregroundDeletion", owner.Items("metadata", "finalizers")?[0].Text());
        await running.UntilAsync(ConfigMaps + "/owner", (code, _) => code == 404);
    }

    [Fact]
    public async Task Create_WithAnOwnerThatIsGone_IsCollected()
    {
        await using var running = await RunningServer.StartAsync();

        await running.DoAsync("POST", ConfigMaps, """{"metadata":{"name":"a","ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"x","uid":"gone"}]}}""");

        await running.UntilAsync(ConfigMaps + "/a", (code, _) => code == 404);
    }

    [Fact]
    public async Task Patch_OwnerHandedOver_FollowsTheNewOwner()
    {
        await using var running = await RunningServer.StartAsync();
        await OwnedAsync(running, "old", "child");
        var next = await running.DoAsync("POST", ConfigMaps, ConfigMap("new"));
        await running.DoAsync("PATCH", ConfigMaps + "/child", $$"""{"metadata":{"ownerReferences":[{{Reference(next)}}]} }""", "application/merge-patch+json");

        await running.DoAsync("DELETE", ConfigMaps + "/old");
        await running.DoAsync("DELETE", ConfigMaps + "/new");

        await running.UntilAsync(ConfigMaps + "/child", (code, _) => code == 404);
    }

    [Fact]
    public async Task Delete_Namespace_EmptiesItFirst()
    {
        await using var running = await RunningServer.StartAsync();
        await running.DoAsync("POST", "/api/v1/namespaces", """{"metadata":{"name":"shop"}}""");
        await running.DoAsync("POST", "/api/v1/namespaces/shop/configmaps", """{"metadata":{"name":"a","finalizers":["example.dev/hold"]}}""");

        await running.DoAsync("DELETE", "/api/v1/namespaces/shop");
        await running.UntilAsync("/api/v1/namespaces/shop/configmaps/a", (_, held) => held.Text("metadata", "deletionTimestamp") is not null);
        var (refused, _) = await running.SendAsync("POST", "/api/v1/namespaces/shop/configmaps", ConfigMap("b"));
        var terminating = await running.DoAsync("GET", "/api/v1/namespaces/shop");
        await running.DoAsync("PATCH", "/api/v1/namespaces/shop/configmaps/a", """{"metadata":{"finalizers":null}}""", "application/merge-patch+json");

        Assert.Equal((403, "Terminating"), (refused, terminating.Text("status", "phase")));
        await running.UntilAsync("/api/v1/namespaces/shop", (code, _) => code == 404);
    }

    private static async Task OwnedAsync(RunningServer running, string owner, string child, string finalizers = "[]")
    {
        var (code, body) = await running.SendAsync("GET", $"{ConfigMaps}/{owner}");
        var existing = code == 200 ? body : await running.DoAsync("POST", ConfigMaps, ConfigMap(owner));
        await running.DoAsync("POST", ConfigMaps, $$"""{"metadata":{"name":"{{child}}","finalizers":{{finalizers}},"ownerReferences":[{{Reference(existing)}}]} }""");
    }

    private static string Reference(JsonObject owner) =>
        $$"""{"apiVersion":"v1","kind":"ConfigMap","name":"{{owner.Text("metadata", "name")}}","uid":"{{owner.Text("metadata", "uid")}}","blockOwnerDeletion":true}""";
}
