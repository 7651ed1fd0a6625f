using Canary.Core;
using Xunit;

namespace Canary.Core.Tests;

public sealed class ValueListTests
{
    [Fact]
    public void Equals_SameItemsInTheSameOrder_IsTrueAndHashesAlike()
    {
        ValueList<string> one = ["a", "b"];
        ValueList<string> other = ["a", "b"];

        Assert.True(one.Equals(other));
        Assert.True(one.Equals((object)other));
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
    }

    [Fact]
    public void Equals_OtherOrderLengthOrType_IsFalse()
    {
        ValueList<string> list = ["a", "b"];

        Assert.False(list.Equals(["b", "a"]));
        Assert.False(list.Equals(["a"]));
        Assert.False(list.Equals(null));
        Assert.False(list.Equals(new[] { "a", "b" } as object));
    }

    [Fact]
    public void Equals_RecordsThatHoldOne_CompareByValue()
    {
        var one = new TemplateHolder(["a"]);

        Assert.Equal(one, new TemplateHolder(["a"]));
        Assert.NotEqual(one, new TemplateHolder(["b"]));
    }

    [Fact]
    public void Create_FromASpan_CopiesTheItems()
    {
        string[] source = ["a", "b"];
        var list = ValueList.Create<string>(source);
        source[0] = "z";

        Assert.Equal(["a", "b"], list);
        Assert.Equal("b", list[1]);
        Assert.Equal(2, list.Count);
        Assert.Equal(2, list.AsSpan().Length);
    }

    [Fact]
    public void ToValueList_Nothing_IsTheOneEmptyList()
    {
        Assert.Same(Array.Empty<int>().ToValueList(), ValueList.Create<int>([]));
        Assert.Empty(Array.Empty<int>().ToValueList());
    }

    [Fact]
    public void Index_OutOfRange_Throws() => Assert.Throws<IndexOutOfRangeException>(() => ((ValueList<int>)[1])[1]);

    [Fact]
    public void ToString_Items_AreListed() => Assert.Equal("[1, 2]", ((ValueList<int>)[1, 2]).ToString());

    private sealed record TemplateHolder(ValueList<string> Names);
}
