using System.Text.Json.Nodes;
using Canary.Cli.Output;
using Canary.Kubernetes.Json;

namespace Canary.Cli.Tests.Output;

public sealed class YamlTextTests
{
    [Theory]
    [InlineData("""{"a":{"b":[1,{"c":"x","d":[]},[2,3]],"e":{}},"f":null,"g":true}""")]
    [InlineData("""{"texts":["yes","1.5","007","2026-01-01","-dash","a: b","a #b","","~","null"," x","x ","two\nlines","{x}","*x","@x","0x1f","1e3",".5","+1"]}""")]
    [InlineData("""{"canary.dev/command":"{\"verb\":\"abort\"}","1":"one","true":1}""")]
    public void Write_AnyTree_ReadsBackTheSame(string json)
    {
        var tree = JsonNode.Parse(json)!;

        var read = YamlTree.ParseAll(YamlText.Write(tree)).Single();

        Assert.True(JsonNode.DeepEquals(tree, read), YamlText.Write(tree));
    }

    [Fact]
    public void Write_Object_LooksLikeKubectls() =>
        Assert.Equal("metadata:\n  name: checkout\nspec:\n  steps:\n  - setWeight: 5\n    more: x\n  - pause: {}\n", YamlText.Write(JsonNode.Parse("""{"metadata":{"name":"checkout"},"spec":{"steps":[{"setWeight":5,"more":"x"},{"pause":{}}]}}""")!));
}
