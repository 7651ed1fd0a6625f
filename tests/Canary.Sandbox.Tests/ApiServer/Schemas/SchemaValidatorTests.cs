using Xunit;

namespace Canary.Sandbox.ApiServer;

public sealed class SchemaValidatorTests
{
    [Theory]
    [InlineData("""{"type":"string"}""", "1", """s: Invalid value: "integer": s in body must be of type string: "integer" """)]
    [InlineData("""{"type":"string","enum":["a","b"]}""", "\"c\"", """s: Unsupported value: "c": supported values: "a", "b" """)]
    [InlineData("""{"type":"integer","maximum":100}""", "130", "s: Invalid value: 130: s in body should be less than or equal to 100")]
    [InlineData("""{"type":"integer","minimum":0}""", "-1", "s: Invalid value: -1: s in body should be greater than or equal to 0")]
    [InlineData("""{"type":"number","minimum":0,"exclusiveMinimum":true}""", "0", "s: Invalid value: 0: s in body should be greater than 0")]
    [InlineData("""{"type":"string","pattern":"^a+$"}""", "\"b\"", "s: Invalid value: \"b\": s in body should match '^a+$'")]
    [InlineData("""{"type":"string","minLength":2}""", "\"b\"", "s: Invalid value: \"b\": s in body should be at least 2 chars long")]
    [InlineData("""{"type":"string","maxLength":1}""", "\"bb\"", "s: Too long: may not be more than 1 bytes")]
    [InlineData("""{"type":"string","format":"date-time"}""", "\"today\"", "s: Invalid value: \"today\": s in body must be of type date-time: \"today\"")]
    [InlineData("""{"type":"array","minItems":1}""", "[]", "s: Invalid value: 0: s in body should have at least 1 items")]
    [InlineData("""{"type":"array","maxItems":1}""", "[1,2]", "s: Too many: 2: must have at most 1 items")]
    [InlineData("""{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}}""", """["a","a"]""", "s[1]: Duplicate value: \"a\"")]
    [InlineData("""{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["n"],"items":{"type":"object"}}""", """[{"n":1},{"n":1}]""", "s[1]: Duplicate value: {\"n\":1}")]
    [InlineData("""{"type":"object","required":["a"]}""", "{}", "s.a: Required value")]
    [InlineData("""{"type":"object","additionalProperties":{"type":"integer"}}""", """{"a":"x"}""", """s.a: Invalid value: "string": s.a in body must be of type integer: "string" """)]
    [InlineData("""{"x-kubernetes-int-or-string":true}""", "true", """s: Invalid value: "boolean": s in body must be of type integer,string: "boolean" """)]
    [InlineData("""{"type":"object","oneOf":[{"required":["a"]},{"required":["b"]}]}""", """{"a":1,"b":1}""", "s: Invalid value: {\"a\":1,\"b\":1}: s in body must validate one and only one schema (oneOf)")]
    [InlineData("""{"type":"object","not":{"required":["a"]}}""", """{"a":1}""", "s: Invalid value: {\"a\":1}: s in body must not validate the schema (not)")]
    public void Validate_WrongValue_SaysWhatIsWrong(string schema, string value, string expected)
    {
        var cause = Assert.Single(SchemaValidator.Validate(JsonTree.Parse(value), SchemaReader.Read(JsonTree.ParseObject(schema)), "s"));

        Assert.Equal(expected.Trim(), $"{cause.Field}: {cause.Message}");
    }

    [Theory]
    [InlineData("""{"type":"number"}""", "3")]
    [InlineData("""{"type":"integer"}""", "3.0")]
    [InlineData("""{"type":"string","nullable":true}""", "null")]
    [InlineData("""{"x-kubernetes-int-or-string":true}""", "\"25%\"")]
    [InlineData("""{"type":"string","format":"unheard-of"}""", "\"x\"")]
    [InlineData("""{"type":"object","anyOf":[{"required":["a"]},{"required":["b"]}]}""", """{"b":1}""")]
    public void Validate_FittingValue_FindsNothing(string schema, string value) =>
        Assert.Empty(SchemaValidator.Validate(JsonTree.Parse(value), SchemaReader.Read(JsonTree.ParseObject(schema)), "s"));

    [Fact]
    public void Prune_UnknownFields_AreNamedAndRemovedExceptWherePreserved()
    {
        var schema = SchemaReader.Read(JsonTree.ParseObject(
            """{"type":"object","properties":{"spec":{"type":"object","properties":{"list":{"type":"array","items":{"type":"object","properties":{"a":{}}}},"any":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}}}"""));
        var root = JsonTree.ParseObject("""{"apiVersion":"x","metadata":{"name":"n"},"spec":{"list":[{"a":1,"b":2}],"any":{"z":1},"more":1}}""");

        var unknown = SchemaPruner.Prune(root, schema, remove: true);

        Assert.Equal(["spec.list[0].b", "spec.more"], unknown);
        Assert.Equal("""{"list":[{"a":1}],"any":{"z":1}}""", root["spec"]?.ToJsonString());
    }

    [Fact]
    public void Apply_Defaults_FillEveryLevelThatIsThere()
    {
        var schema = SchemaReader.Read(JsonTree.ParseObject(
            """{"type":"object","properties":{"a":{"type":"object","default":{},"properties":{"b":{"type":"integer","default":3}}},"c":{"type":"object","properties":{"d":{"type":"integer","default":4}}}}}"""));
        var root = JsonTree.ParseObject("{}");

        SchemaDefaulter.Apply(root, schema);

        Assert.Equal("""{"a":{"b":3}}""", root.ToJsonString());
    }
}
