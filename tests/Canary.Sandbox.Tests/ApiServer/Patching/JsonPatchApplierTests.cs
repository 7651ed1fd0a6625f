using System.Text.Json.Nodes;
using Xunit;

namespace Canary.Sandbox.ApiServer;

public sealed class JsonPatchApplierTests
{
    [Theory]
    [InlineData("""{"a":1}""", """[{"op":"add","path":"/b","value":2}]""", """{"a":1,"b":2}""")]
    [InlineData("""{"a":[1,3]}""", """[{"op":"add","path":"/a/1","value":2}]""", """{"a":[1,2,3]}""")]
    [InlineData("""{"a":[1]}""", """[{"op":"add","path":"/a/-","value":2}]""", """{"a":[1,2]}""")]
    [InlineData("""{"a":1,"b":2}""", """[{"op":"remove","path":"/a"}]""", """{"b":2}""")]
    [InlineData("""{"a":[1,2,3]}""", """[{"op":"remove","path":"/a/1"}]""", """{"a":[1,3]}""")]
    [InlineData("""{"a":1}""", """[{"op":"replace","path":"/a","value":{"x":1}}]""", """{"a":{"x":1}}""")]
    [InlineData("""{"a":{"x":1},"b":{}}""", """[{"op":"move","from":"/a/x","path":"/b/y"}]""", """{"a":{},"b":{"y":1}}""")]
    [InlineData("""{"a":{"x":1}}""", """[{"op":"copy","from":"/a","path":"/b"}]""", """{"a":{"x":1},"b":{"x":1}}""")]
    [InlineData("""{"a/b":{"~":1}}""", """[{"op":"replace","path":"/a~1b/~0","value":2}]""", """{"a/b":{"~":2}}""")]
    [InlineData("""{"a":1}""", """[{"op":"test","path":"/a","value":1},{"op":"replace","path":"/a","value":2}]""", """{"a":2}""")]
    [InlineData("""{"a":1}""", """[{"op":"test","path":"/missing","value":null}]""", """{"a":1}""")]
    public void Apply_AppliablePatch_ChangesTheDocument(string target, string patch, string expected)
    {
        var result = JsonPatchApplier.Apply(JsonTree.Parse(target), JsonTree.Parse(patch));

        Assert.True(JsonNode.DeepEquals(JsonTree.Parse(expected), result), result?.ToJsonString());
    }

    [Theory]
    [InlineData("""{"a":1}""", """[{"op":"test","path":"/a","value":2}]""")]
    [InlineData("""{"a":1}""", """[{"op":"remove","path":"/b"}]""")]
    [InlineData("""{"a":1}""", """[{"op":"replace","path":"/b","value":1}]""")]
    [InlineData("""{"a":[1]}""", """[{"op":"add","path":"/a/2","value":1}]""")]
    [InlineData("""{"a":[1]}""", """[{"op":"remove","path":"/a/01"}]""")]
    [InlineData("""{"a":1}""", """[{"op":"add","path":"/b/c","value":1}]""")]
    [InlineData("""{"a":1}""", """[{"op":"unknown","path":"/a"}]""")]
    public void Apply_UnappliablePatch_IsUnprocessable(string target, string patch)
    {
        var error = Assert.Throws<ApiException>(() => JsonPatchApplier.Apply(JsonTree.Parse(target), JsonTree.Parse(patch)));

        Assert.Equal((422, "Invalid"), (error.Code, error.Reason));
    }

    [Fact]
    public void Apply_PatchThatIsNoList_IsABadRequest() =>
        Assert.Equal(400, Assert.Throws<ApiException>(() => JsonPatchApplier.Apply(new JsonObject(), new JsonObject())).Code);
}
