using System.Globalization;
using System.Text.Json.Nodes;
using Canary.Kubernetes.Json;
using CsCheck;
using Xunit;

namespace Canary.Kubernetes.Tests.Json;

public sealed class JsonTests
{
    [Theory]
    [InlineData("0", "0")]
    [InlineData("-0", "0")]
    [InlineData("-0.0e5", "0")]
    [InlineData("1.0", "1")]
    [InlineData("1.50", "1.5")]
    [InlineData("1e3", "1000")]
    [InlineData("1E+3", "1000")]
    [InlineData("100", "100")]
    [InlineData("0.1", "0.1")]
    [InlineData("1e-1", "0.1")]
    [InlineData("-12.5e-3", "-0.0125")]
    [InlineData("12345678901234567890.123456789", "12345678901234567890.123456789")]
    [InlineData("1e400", "1e400")]
    [InlineData("10e399", "1e400")]
    [InlineData("1e-400", "1e-400")]
    [InlineData("1e99999999999999999999", "1e99999999999999999999")]
    public void CanonicalNumber_SameValue_SameTextWithoutRounding(string number, string expected) => Assert.Equal(expected, CanonicalNumber.Of(number));

    [Fact]
    public void CanonicalNumber_AnyDecimal_KeepsItsValue() =>
        Gen.Decimal.Sample(number => Assert.Equal(number, decimal.Parse(CanonicalNumber.Of(number.ToString(CultureInfo.InvariantCulture)), NumberStyles.Float, CultureInfo.InvariantCulture)));

    [Fact]
    public void CanonicalJson_OrderSpacesAndEscapes_DoNotMatter()
    {
        var written = JsonNode.Parse("""{ "b": [1.0, true, null], "a": {"y": "<\u0061\n\"\\>é", "x": 2e0} }""");

        Assert.Equal("""{"a":{"x":2,"y":"<a\u000a\"\\>é"},"b":[1,true,null]}""", CanonicalJson.Write(written));
        Assert.Equal("null", CanonicalJson.Write(null));
    }

    [Fact]
    public void CanonicalJson_NodesMadeByCode_EqualParsedOnes()
    {
        var made = new JsonObject { ["n"] = 1.5m, ["i"] = 3L, ["s"] = "x", ["t"] = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc), ["b"] = false };

        Assert.True(CanonicalJson.DeepEquals(made, JsonNode.Parse("""{"t":"2026-01-02T03:04:05Z","b":false,"s":"x","i":3.0,"n":1.50}""")));
    }

    [Theory]
    [InlineData("[1,2]", "[2,1]")]
    [InlineData("{\"a\":1}", "{\"a\":\"1\"}")]
    [InlineData("{\"a\":null}", "{}")]
    [InlineData("10", "100")]
    public void DeepEquals_DifferentValues_AreDifferent(string left, string right) =>
        Assert.False(CanonicalJson.DeepEquals(JsonNode.Parse(left), JsonNode.Parse(right)));

    [Theory]
    [InlineData("", "whole")]
    [InlineData("/metadata/labels/canary.dev~1x", "1")]
    [InlineData("/metadata/labels/a~0b", "2")]
    [InlineData("/items/1/name", "second")]
    [InlineData("/items/01/name", null)]
    [InlineData("/items/+1/name", null)]
    [InlineData("/items/2/name", null)]
    [InlineData("/items/-/name", null)]
    [InlineData("/metadata/labels/none/deeper", null)]
    [InlineData("/", "empty")]
    public void JsonPointer_Read_FindsWhatItPointsAt(string pointer, string? expected)
    {
        var root = JsonNode.Parse("""{"":"empty","metadata":{"labels":{"canary.dev/x":"1","a~b":"2"}},"items":[{"name":"first"},{"name":"second"}]}""");

        var found = JsonPointer.Read(root, pointer);

        Assert.Equal(expected, pointer.Length == 0 ? "whole" : (string?)found);
        Assert.True(pointer.Length > 0 || ReferenceEquals(root, found));
    }

    [Fact]
    public void JsonPointer_AnySegments_AreFoundAgain() =>
        Gen.String[Gen.Char["ab/~01"], 0, 6].Array[1, 4].Sample(segments =>
        {
            JsonNode node = "here";
            foreach (var segment in segments.Reverse())
            {
                node = new JsonObject { [segment] = node };
            }

            Assert.Equal("here", (string?)JsonPointer.Read(node, JsonPointer.Of(segments)));
        });

    [Fact]
    public void JsonPatchBuilder_Operations_AreWrittenInOrderAndCopied()
    {
        var value = new JsonObject { ["x"] = 1 };
        var patch = new JsonPatchBuilder()
            .TestResourceVersion("7")
            .Add(JsonPointer.Of("metadata", "labels", "a/b"), value)
            .Replace("/spec/replicas", 3)
            .Test("/spec/none", null)
            .Remove("/spec/old");
        value["x"] = 2;

        Assert.Equal(
            """[{"op":"test","path":"/metadata/resourceVersion","value":"7"},{"op":"add","path":"/metadata/labels/a~1b","value":{"x":1}},{"op":"replace","path":"/spec/replicas","value":3},{"op":"test","path":"/spec/none","value":null},{"op":"remove","path":"/spec/old"}]""",
            patch.Build().ToJsonString());
        Assert.True(patch.HasChanges);
        Assert.False(new JsonPatchBuilder().Test("/a", 1).HasChanges);
        Assert.Throws<ArgumentException>(() => patch.Add("spec", 1));
    }

    [Fact]
    public void TemplateHash_OwnLabelOrderAndNulls_DoNotMatter()
    {
        var plain = Template("""{"metadata":{"labels":{"app":"x"}},"spec":{"containers":[{"name":"c","image":"i:v1","args":["1","2"]}]}}""");
        var dressed = Template(
            """{"spec":{"containers":[{"image":"i:v1","args":["1","2"],"name":"c"}]},"metadata":{"creationTimestamp":null,"labels":{"pod-template-hash":"zzz","app":"x"}}}""");

        Assert.Equal(TemplateHash.Of(plain), TemplateHash.Of(dressed));
        Assert.True(TemplateHash.SameTemplate(plain, dressed));
        Assert.Equal("zzz", (string?)dressed["metadata"]!["labels"]!["pod-template-hash"]);
    }

    [Theory]
    [InlineData("""{"metadata":{"labels":{"app":"x"}},"spec":{"containers":[{"name":"c","image":"i:v2","args":["1","2"]}]}}""")]
    [InlineData("""{"metadata":{"labels":{"app":"x"}},"spec":{"containers":[{"name":"c","image":"i:v1","args":["2","1"]}]}}""")]
    [InlineData("""{"metadata":{"labels":{"app":"x"},"annotations":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i:v1","args":["1","2"]}]}}""")]
    public void TemplateHash_AnythingElse_Matters(string other)
    {
        var plain = Template("""{"metadata":{"labels":{"app":"x"}},"spec":{"containers":[{"name":"c","image":"i:v1","args":["1","2"]}]}}""");

        Assert.NotEqual(TemplateHash.Of(plain), TemplateHash.Of(Template(other)));
        Assert.False(TemplateHash.SameTemplate(plain, Template(other)));
    }

    [Fact]
    public void TemplateHash_AnyTemplate_IsTenSafeCharacters() =>
        Gen.String.Sample(image => Assert.Matches("^[bcdfghjklmnpqrstvwxz2456789]{10}$", TemplateHash.Of(new JsonObject { ["image"] = image })));

    [Fact]
    public void TemplateHash_KnownTemplate_NeverChanges() =>
        Assert.Equal("5ld54gxn2s", TemplateHash.Of(Template("""{"metadata":{"labels":{"app":"checkout"}},"spec":{"containers":[{"name":"app","image":"shop/checkout:v1"}]}}""")));

    private static JsonObject Template(string json) => (JsonObject)JsonNode.Parse(json)!;
}
