using System.Text.Json.Nodes;
using Xunit;

namespace Canary.Sandbox.ApiServer;

public sealed class StrategicMergeApplierTests
{
    [Theory]
    [InlineData( // a container is found by its name
        """{"spec":{"containers":[{"name":"a","image":"1"},{"name":"b","image":"1"}]}}""",
        """{"spec":{"containers":[{"name":"b","image":"2"}]}}""",
        """{"spec":{"containers":[{"name":"a","image":"1"},{"name":"b","image":"2"}]}}""")]
    [InlineData( // and deleted by directive
        """{"spec":{"containers":[{"name":"a","image":"1"},{"name":"b","image":"1"}]}}""",
        """{"spec":{"containers":[{"name":"a","$patch":"delete"}]}}""",
        """{"spec":{"containers":[{"name":"b","image":"1"}]}}""")]
    [InlineData( // a whole list is replaced by directive
        """{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}""",
        """{"spec":{"containers":[{"$patch":"replace"},{"name":"c"}]}}""",
        """{"spec":{"containers":[{"name":"c"}]}}""")]
    [InlineData( // container ports by number, env by name, inside the container
        """{"spec":{"containers":[{"name":"a","ports":[{"containerPort":80}],"env":[{"name":"X","value":"1"}]}]}}""",
        """{"spec":{"containers":[{"name":"a","ports":[{"containerPort":90}],"env":[{"name":"X","value":"2"}]}]}}""",
        """{"spec":{"containers":[{"name":"a","ports":[{"containerPort":80},{"containerPort":90}],"env":[{"name":"X","value":"2"}]}]}}""")]
    [InlineData( // service ports by port
        """{"spec":{"ports":[{"port":80,"name":"http"}]}}""",
        """{"spec":{"ports":[{"port":80,"targetPort":8080}]}}""",
        """{"spec":{"ports":[{"port":80,"name":"http","targetPort":8080}]}}""")]
    [InlineData( // owners by uid
        """{"metadata":{"ownerReferences":[{"uid":"1","name":"x"}]}}""",
        """{"metadata":{"ownerReferences":[{"uid":"1","$patch":"delete"},{"uid":"2","name":"y"}]}}""",
        """{"metadata":{"ownerReferences":[{"uid":"2","name":"y"}]}}""")]
    [InlineData( // finalizers are a set
        """{"metadata":{"finalizers":["a"]}}""",
        """{"metadata":{"finalizers":["a","b"]}}""",
        """{"metadata":{"finalizers":["a","b"]}}""")]
    [InlineData( // from which values are taken by directive
        """{"metadata":{"finalizers":["a","b"]}}""",
        """{"metadata":{"$deleteFromPrimitiveList/finalizers":["a"]}}""",
        """{"metadata":{"finalizers":["b"]}}""")]
    [InlineData( // lists without a key are replaced
        """{"spec":{"containers":[{"name":"a","args":["1","2"]}]}}""",
        """{"spec":{"containers":[{"name":"a","args":["3"]}]}}""",
        """{"spec":{"containers":[{"name":"a","args":["3"]}]}}""")]
    [InlineData( // null deletes, maps merge
        """{"metadata":{"annotations":{"a":"1","b":"2"}}}""",
        """{"metadata":{"annotations":{"a":null,"c":"3"}}}""",
        """{"metadata":{"annotations":{"b":"2","c":"3"}}}""")]
    [InlineData( // keys that are not retained go
        """{"spec":{"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1}}}}""",
        """{"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate"}}}""",
        """{"spec":{"strategy":{"type":"Recreate"}}}""")]
    [InlineData( // the named order comes first
        """{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}""",
        """{"spec":{"$setElementOrder/containers":[{"name":"c"},{"name":"b"}],"containers":[{"name":"c"}]}}""",
        """{"spec":{"containers":[{"name":"c"},{"name":"b"},{"name":"a"}]}}""")]
    public void Apply_Patch_MergesByStructure(string target, string patch, string expected)
    {
        var result = StrategicMergeApplier.Apply(JsonTree.ParseObject(target), JsonTree.ParseObject(patch), BuiltInStructure.Root);

        Assert.True(JsonNode.DeepEquals(JsonTree.Parse(expected), result), result.ToJsonString());
    }

    [Fact]
    public void Apply_ItemWithoutItsKey_IsABadRequest() => Assert.Equal(400, Assert.Throws<ApiException>(() => StrategicMergeApplier.Apply(
        [], JsonTree.ParseObject("""{"spec":{"containers":[{"image":"x"}]}}"""), BuiltInStructure.Root)).Code);
}
