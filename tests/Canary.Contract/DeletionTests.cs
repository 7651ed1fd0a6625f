using System.Text.Json.Nodes;
using Canary.Contract.Support;
using Canary.Sandbox.ApiServer;
using Xunit;
using static Canary.Contract.Support.Samples;

namespace Canary.Contract;

/// <summary>How objects go, and who goes with them.</summary>
public sealed class DeletionTests(Servers servers)
{
    [Theory, OnBothServers]
    public async Task Delete_WithAFinalizer_WaitsUntilItIsRemoved(string server)
    {
        var place = await servers.OpenAsync(server);
        await place.DoAsync("POST", place.ConfigMaps, """{"metadata":{"name":"a","finalizers":["example.dev/hold"]}}""");

        var marked = await place.DoAsync("DELETE", place.ConfigMaps + "/a");
        var again = await place.DoAsync("DELETE", place.ConfigMaps + "/a");
        await place.RefusedAsync(422, "PATCH", place.ConfigMaps + "/a", """{"metadata":{"finalizers":["example.dev/hold","example.dev/more"]}}""", Place.MergePatch);
        await place.DoAsync("PATCH", place.ConfigMaps + "/a", """{"metadata":{"finalizers":null}}""", Place.MergePatch);

        Assert.NotNull(marked.Text("metadata", "deletionTimestamp"));
        Assert.Equal(marked.Text("metadata", "resourceVersion"), again.Text("metadata", "resourceVersion"));
        await place.RefusedAsync(404, "GET", place.ConfigMaps + "/a");
    }

    [Theory]
    [OnBothServers("""{"uid":"other"}""")]
    [OnBothServers("""{"resourceVersion":"1"}""")]
    public async Task Delete_WithAFailedPrecondition_Conflicts(string server, string preconditions)
    {
        var place = await servers.OpenAsync(server);
        await place.DoAsync("POST", place.ConfigMaps, ConfigMap("a"));

        await place.RefusedAsync(409, "DELETE", place.ConfigMaps + "/a", $$"""{"kind":"DeleteOptions","apiVersion":"v1","preconditions":{{preconditions}} }""");

        await place.GetAsync(place.ConfigMaps + "/a");
    }

    [Theory, OnBothServers]
    public async Task Delete_WithPreconditionsThatHold_IsDone(string server)
    {
        var place = await servers.OpenAsync(server);
        var created = await place.DoAsync("POST", place.ConfigMaps, ConfigMap("a"));

        await place.DoAsync("DELETE", place.ConfigMaps + "/a", $$$"""{"preconditions":{"uid":"{{{created.Text("metadata", "uid")}}}","resourceVersion":"{{{created.Text("metadata", "resourceVersion")}}}"}}""");

        await place.RefusedAsync(404, "GET", place.ConfigMaps + "/a");
    }

    [Theory, OnBothServers]
    public async Task DeleteCollection_BySelector_LeavesTheRest(string server)
    {
        var place = await servers.OpenAsync(server);
        await place.DoAsync("POST", place.ConfigMaps, ConfigMap("a", """{"app":"x"}"""));
        await place.DoAsync("POST", place.ConfigMaps, ConfigMap("b"));

        await place.DoAsync("DELETE", place.ConfigMaps + "?labelSelector=app%3Dx");

        await place.GoneAsync(place.ConfigMaps + "/a");
        await place.GetAsync(place.ConfigMaps + "/b");
    }

    [Theory, OnBothServers]
    public async Task Delete_Owner_TakesItsDependentsAlong(string server)
    {
        var place = await servers.OpenAsync(server);
        await OwnedAsync(place, "owner", "child");
        await OwnedAsync(place, "child", "grandchild");

        await place.DoAsync("DELETE", place.ConfigMaps + "/owner");

        await place.GoneAsync(place.ConfigMaps + "/grandchild");
        await place.RefusedAsync(404, "GET", place.ConfigMaps + "/child");
    }

    [Theory, OnBothServers]
    public async Task Delete_OneOfTwoOwners_KeepsTheDependent(string server)
    {
        var place = await servers.OpenAsync(server);
        await OwnedAsync(place, "one", "child");
        var other = await place.DoAsync("POST", place.ConfigMaps, ConfigMap("two"));
        await place.DoAsync("PATCH", place.ConfigMaps + "/child", $$"""{"metadata":{"ownerReferences":[{{Reference(other)}}]} }""", Place.StrategicMerge);

        await place.DoAsync("DELETE", place.ConfigMaps + "/one");

        await place.UntilAsync(place.ConfigMaps + "/child", (code, child) => code == 200 && child.Items("metadata", "ownerReferences") is [var only] && only.Text("name") == "two", "it has one owner");
    }

    [Theory, OnBothServers]
    public async Task Delete_Orphaning_LeavesDependentsWithoutOwner(string server)
    {
        var place = await servers.OpenAsync(server);
        await OwnedAsync(place, "owner", "child");

        await place.DoAsync("DELETE", place.ConfigMaps + "/owner?propagationPolicy=Orphan");

        await place.GoneAsync(place.ConfigMaps + "/owner");
        Assert.Null((await place.GetAsync(place.ConfigMaps + "/child")).Items("metadata", "ownerReferences"));
    }

    [Theory, OnBothServers]
    public async Task Delete_Foreground_GoesAfterItsBlockingDependents(string server)
    {
        var place = await servers.OpenAsync(server);
        await OwnedAsync(place, "owner", "child", """["example.dev/hold"]""");

        await place.DoAsync("DELETE", place.ConfigMaps + "/owner", """{"kind":"DeleteOptions","apiVersion":"v1","propagationPolicy":"Foreground"}""");
        await place.UntilAsync(place.ConfigMaps + "/child", (_, child) => child.Text("metadata", "deletionTimestamp") is not null, "it is being deleted");
        var owner = await place.GetAsync(place.ConfigMaps + "/owner");
        await place.DoAsync("PATCH", place.ConfigMaps + "/child", """{"metadata":{"finalizers":null}}""", Place.MergePatch);

        Assert.Equal(["foregroundDeletion"], owner.Items("metadata", "finalizers")!.Select(finalizer => finalizer.Text()));
        await place.GoneAsync(place.ConfigMaps + "/owner");
    }

    [Theory, OnBothServers]
    public async Task Create_WithAnOwnerThatIsGone_IsCollected(string server)
    {
        var place = await servers.OpenAsync(server);

        await place.DoAsync("POST", place.ConfigMaps, """{"metadata":{"name":"a","ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"x","uid":"gone"}]}}""");

        await place.GoneAsync(place.ConfigMaps + "/a");
    }

    [Theory, OnBothServers]
    public async Task Delete_CustomOwner_TakesItsReplicaSetAlong(string server)
    {
        var place = await servers.OpenAsync(server);
        await ServeWidgetsAsync(place);
        var widget = await place.DoAsync("POST", place.Of(WidgetGroup, "v1", "widgets"), Widget("w"));
        var replicaSet = JsonTree.ParseObject(Deployment(1));
        replicaSet["kind"] = "ReplicaSet";
        replicaSet["metadata"]!["ownerReferences"] = JsonNode.Parse($"[{Reference(widget)}]");
        await place.DoAsync("POST", place.ReplicaSets, replicaSet.ToJsonString());
        await place.UntilAsync(place.Pods, (_, pods) => pods.Items("items")!.Count == 1, "a pod");

        await place.DoAsync("DELETE", place.Of(WidgetGroup, "v1", "widgets") + "/w");

        await place.GoneAsync(place.ReplicaSets + "/web");
        await place.UntilAsync(place.Pods, (_, pods) => pods.Items("items")!.Count == 0, "no pod");
    }

    [Theory, OnBothServers]
    public async Task Patch_OwnerHandedOver_FollowsTheNewOwner(string server)
    {
        var place = await servers.OpenAsync(server);
        await OwnedAsync(place, "old", "child");
        var next = await place.DoAsync("POST", place.ConfigMaps, ConfigMap("new"));
        await place.DoAsync("PATCH", place.ConfigMaps + "/child", $$"""{"metadata":{"ownerReferences":[{{Reference(next)}}]} }""", Place.MergePatch);

        await place.DoAsync("DELETE", place.ConfigMaps + "/old");
        await place.DoAsync("POST", place.ConfigMaps, """{"metadata":{"name":"probe","ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"x","uid":"gone"}]}}""");
        await place.GoneAsync(place.ConfigMaps + "/probe"); // by now the collector has seen the deletion of the old owner
        await place.GetAsync(place.ConfigMaps + "/child");
        await place.DoAsync("DELETE", place.ConfigMaps + "/new");

        await place.GoneAsync(place.ConfigMaps + "/child");
    }

    [Theory, OnBothServers]
    public async Task Delete_Namespace_EmptiesItFirst(string server)
    {
        var place = await servers.OpenAsync(server);
        await place.DoAsync("POST", place.ConfigMaps, """{"metadata":{"name":"a","finalizers":["example.dev/hold"]}}""");

        await place.DoAsync("DELETE", $"/api/v1/namespaces/{place.Namespace}");
        await place.UntilAsync(place.ConfigMaps + "/a", (_, held) => held.Text("metadata", "deletionTimestamp") is not null, "it is being deleted");
        var refused = await place.RefusedAsync(403, "POST", place.ConfigMaps, ConfigMap("b"));
        var terminating = await place.GetAsync($"/api/v1/namespaces/{place.Namespace}");
        await place.DoAsync("PATCH", place.ConfigMaps + "/a", """{"metadata":{"finalizers":null}}""", Place.MergePatch);

        Assert.Equal(("Forbidden", "Terminating"), (refused.Text("reason"), terminating.Text("status", "phase")));
        await place.GoneAsync($"/api/v1/namespaces/{place.Namespace}");
    }

    private static async Task OwnedAsync(Place place, string owner, string child, string finalizers = "[]")
    {
        var (code, body) = await place.SendAsync("GET", $"{place.ConfigMaps}/{owner}");
        var existing = code == 200 ? body : await place.DoAsync("POST", place.ConfigMaps, ConfigMap(owner));
        await place.DoAsync("POST", place.ConfigMaps, $$"""{"metadata":{"name":"{{child}}","finalizers":{{finalizers}},"ownerReferences":[{{Reference(existing)}}]} }""");
    }
}
