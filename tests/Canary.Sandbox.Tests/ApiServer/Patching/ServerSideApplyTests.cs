using System.Text.Json.Nodes;
using Xunit;

namespace Canary.Sandbox.ApiServer;

public sealed class ServerSideApplyTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);
    private static readonly Writer Alice = new("alice", "Apply", "v1", "");
    private static readonly Writer Bob = new("bob", "Apply", "v1", "");

    [Fact]
    public void Apply_FieldNoLongerApplied_IsRemoved()
    {
        var live = Apply(null, """{"spec":{"a":1,"b":2}}""", Alice);

        var result = Apply(live, """{"spec":{"a":1}}""", Alice);

        Assert.Equal("""{"a":1}""", result["spec"]?.ToJsonString());
    }

    [Fact]
    public void Apply_FieldNoLongerAppliedButOwnedByAnother_Stays()
    {
        var live = Apply(Apply(null, """{"spec":{"a":1,"b":2}}""", Alice), """{"spec":{"b":2}}""", Bob);

        var result = Apply(live, """{"spec":{"a":1}}""", Alice);

        Assert.Equal("""{"a":1,"b":2}""", result["spec"]?.ToJsonString());
    }

    [Fact]
    public void Apply_OthersValueChanged_IsAConflictThatNamesTheManagerAndThePath()
    {
        var live = Apply(null, """{"spec":{"containers":[{"name":"x","image":"1"}]}}""", Alice);

        var error = Assert.Throws<ApiException>(() => Apply(live, """{"spec":{"containers":[{"name":"x","image":"2"}]}}""", Bob));

        Assert.Equal(409, error.Code);
        Assert.Equal("""Apply failed with 1 conflict: conflict with "alice" using v1: .spec.containers[name="x"].image""", error.Message);
        Assert.Equal("FieldManagerConflict", error.ToStatus().Items("details", "causes")?[0].Text("reason"));
    }

    [Fact]
    public void Apply_Forced_TakesTheFieldOver()
    {
        var live = Apply(null, """{"spec":{"a":1,"b":1}}""", Alice);

        var result = Apply(live, """{"spec":{"a":2}}""", Bob, force: true);

        var owners = ManagedFields.Read(result);
        Assert.Equal("""{"a":2,"b":1}""", result["spec"]?.ToJsonString());
        Assert.Equal([".spec.a"], owners[Bob].Fields.Describe());
        Assert.Equal([".spec.b"], owners[Alice].Fields.Describe());
    }

    [Fact]
    public void Apply_ListItemNoLongerApplied_IsRemovedAndOthersItemsStay()
    {
        var live = Apply(null, """{"spec":{"containers":[{"name":"x","image":"1"},{"name":"y","image":"1"}]}}""", Alice);
        live = Apply(live, """{"spec":{"containers":[{"name":"z","image":"1"}]}}""", Bob);

        var result = Apply(live, """{"spec":{"containers":[{"name":"x","image":"1"}]}}""", Alice);

        Assert.Equal(["x", "z"], result.Items("spec", "containers")?.Select(item => item.Text("name")) ?? []);
    }

    [Fact]
    public void Apply_SameConfigAgain_ChangesNothing()
    {
        var live = Apply(null, """{"spec":{"a":1}}""", Alice);

        var result = ServerSideApply.Apply(live, JsonTree.ParseObject("""{"spec":{"a":1}}"""), BuiltInStructure.Root, Alice, false, Noon.AddHours(1));

        Assert.True(JsonNode.DeepEquals(live, result), result.ToJsonString());
    }

    private static JsonObject Apply(JsonObject? live, string config, Writer writer, bool force = false) =>
        ServerSideApply.Apply(live, JsonTree.ParseObject(config), BuiltInStructure.Root, writer, force, Noon);
}
