using Canary.Core.Analysis;
using Xunit;

namespace Canary.Core.Tests.Analysis;

public sealed class LabelPatternTests
{
    [Theory]
    [InlineData("5..", "503", true)]
    [InlineData("5..", "1503", false)]
    [InlineData("5..", "5030", false)]
    [InlineData("a|b", "ab", false)]
    [InlineData("a|b", "b", true)]
    [InlineData("", "", true)]
    [InlineData("", "x", false)]
    [InlineData("a", "a\n", false)]
    [InlineData(".*", "a\nb", true)]
    [InlineData("(?i)ABC", "abc", true)]
    public void TryCompile_Expression_MatchesTheWholeValue(string pattern, string value, bool expected)
    {
        Assert.True(LabelPattern.TryCompile(pattern, out var regex, out _));

        Assert.Equal(expected, regex.IsMatch(value));
    }

    [Theory]
    [InlineData("(")]
    [InlineData("a)")]
    [InlineData("a)|(b")]
    [InlineData("(?=a)")]
    [InlineData(@"(a)\1")]
    [InlineData("[[:alpha:]]")]
    [InlineData("(((a{1000}){1000}){1000})")]
    public void TryCompile_NoExpression_SaysWhy(string pattern)
    {
        Assert.False(LabelPattern.TryCompile(pattern, out _, out var problem));

        Assert.NotEmpty(problem);
    }

    [Fact]
    public void TryCompile_ExpressionThatBacktracks_StaysLinear()
    {
        Assert.True(LabelPattern.TryCompile("(a+)+b", out var regex, out _));

        Assert.DoesNotMatch(regex, new string('a', 10_000));
    }
}
