using System.Text.Json.Nodes;
using Xunit;

namespace Canary.Sandbox.ApiServer;

public sealed class ManagedFieldsTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);
    private static readonly Writer Alice = Writer.Update("alice", "v1");
    private static readonly Writer Bob = Writer.Update("bob", "v1");

    [Fact]
    public void Update_ChangedPath_BelongsToWhoChangedItLast()
    {
        var created = Written(null, """{"spec":{"http":[{"weight":100}],"hosts":["a"]}}""", Alice);

        var drifted = Written(created, """{"spec":{"http":[{"weight":50}],"hosts":["a"]}}""", Bob);

        var owners = ManagedFields.Read(drifted);
        Assert.Equal([".spec.http"], owners[Bob].Fields.Describe());
        Assert.Equal([".spec", ".spec.hosts"], owners[Alice].Fields.Describe());
    }

    [Fact]
    public void Update_RemovedPath_BelongsToNobody()
    {
        var created = Written(null, """{"metadata":{"labels":{"a":"1","b":"2"}}}""", Alice);

        var removed = Written(created, """{"metadata":{"labels":{"a":"1"}}}""", Bob);

        var owner = Assert.Single(ManagedFields.Read(removed));
        Assert.Equal([".metadata.labels.a"], owner.Value.Fields.Describe());
    }

    [Fact]
    public void Update_SameWriterAgain_KeepsOneEntryWithTheLaterTime()
    {
        var created = Written(null, """{"spec":{"a":1}}""", Alice);
        var after = JsonTree.ParseObject("""{"spec":{"a":2}}""");

        ManagedFields.Update(created, after, BuiltInStructure.Root, Alice, Noon.AddMinutes(1));

        Assert.Equal("2026-01-02T12:01:00Z", Assert.Single(ManagedFields.Read(after)).Value.Time);
    }

    [Fact]
    public void Update_IdentityOfAnObject_IsOwnedByNobody()
    {
        var created = Written(null, """{"apiVersion":"v1","kind":"X","metadata":{"name":"n","uid":"u","labels":{"a":"1"}}}""", Alice);

        Assert.Equal("""{"f:metadata":{"f:labels":{"f:a":{}}}}""", created.Items("metadata", "managedFields")?[0]?["fieldsV1"]?.ToJsonString());
    }

    private static JsonObject Written(JsonObject? before, string after, Writer writer)
    {
        var root = JsonTree.ParseObject(after);
        ManagedFields.Update(before, root, BuiltInStructure.Root, writer, Noon);
        return root;
    }
}
