using System.Text.Json.Nodes;
using CsCheck;
using Xunit;

namespace Canary.Sandbox.ApiServer;

public sealed class FieldSetTests
{
    private static readonly Gen<FieldSet> Sets = Gen.OneOf(new[] { "a", "b", "a.x", "a.y", "a.x.z", "b.x", "c" }.Select(path => (IGen<string>)Gen.Const(path)).ToArray()).Array[0, 6].Select(paths =>
    {
        var set = new FieldSet();
        foreach (var path in paths)
        {
            path.Split('.').Aggregate(set, (place, name) => place.Child("f:" + name)).IsMember = true;
        }

        return set;
    });

    [Fact]
    public void FromJson_WhatToJsonWrote_IsTheSameSet() => Sets.Sample(set => Assert.True(FieldSet.FromJson(set.ToJson()).SameAs(set)));

    [Fact]
    public void Union_DifferenceAndIntersection_MakeTheWhole() => Gen.Select(Sets, Sets).Sample((one, other) =>
        Assert.True(one.Except(other).Union(one.Intersect(other)).SameAs(one)));

    [Fact]
    public void ExceptBelow_RemovedPlace_TakesEverythingUnderIt()
    {
        var set = FieldSet.FromJson(JsonTree.ParseObject("""{"f:a":{"f:x":{},"f:y":{}},"f:b":{}}"""));

        var rest = set.ExceptBelow(FieldSet.FromJson(JsonTree.ParseObject("""{"f:a":{}}""")));

        Assert.Equal("""{"f:b":{}}""", rest.ToJson().ToJsonString());
    }
}
