using Canary.Core.Analysis;
using Canary.Metrics.Scrape;
using Xunit;

namespace Canary.Metrics.Tests.Scrape;

public sealed class SelectorMatchingTests
{
    [Theory]
    [InlineData("a", true)]
    [InlineData("b", false)]
    [InlineData("a{code=\"503\"}", true)]
    [InlineData("a{code=\"50\"}", false)]
    [InlineData("a{code!=\"503\"}", false)]
    [InlineData("a{code=~\"5..\"}", true)]
    [InlineData("a{code=~\"5\"}", false)]
    [InlineData("a{code=~\"2..|5..\"}", true)]
    [InlineData("a{code!~\"5..\"}", false)]
    [InlineData("a{code!~\"5\"}", true)]
    [InlineData("a{absent=\"\"}", true)]
    [InlineData("a{absent!=\"\"}", false)]
    [InlineData("a{absent!=\"x\"}", true)]
    [InlineData("a{absent=~\".*\"}", true)]
    [InlineData("a{absent=~\".+\"}", false)]
    [InlineData("a{absent!~\".+\"}", true)]
    [InlineData("a{empty=\"\"}", true)]
    [InlineData("a{empty=~\"x?\"}", true)]
    [InlineData("a{flags!~\".*(DC|DPE).*\"}", true)]
    [InlineData("a{quote=\"say \\\"ä\\\"\\n\"}", true)]
    [InlineData("a{quote=~\"say .*\"}", true)]
    [InlineData("a{code=\"503\",flags=\"-\"}", false)]
    [InlineData("a{Code=\"503\"}", false)]
    public void Matches_Selector_AsPrometheusDoes(string selector, bool expected)
    {
        var visitor = new Matching(selector);

        Assert.Null(Readings.Problem(visitor, "a{flags=\"UF,URX\",code=\"503\",empty=\"\",quote=\"say \\\"ä\\\"\\n\"} 1\n"));
        Assert.Equal(expected, visitor.Matched);
    }

    [Fact]
    public void Matches_LongValue_IsCompared()
    {
        var visitor = new Matching("a{path=~\"x+y\"}");

        Assert.Null(Readings.Problem(visitor, $"a{{path=\"{new string('x', 5000)}y\"}} 1\n"));
        Assert.True(visitor.Matched);
    }

    [Fact]
    public void TryCompile_WrongExpression_SaysWhy()
    {
        Assert.Null(SelectorMatching.TryCompile(new SeriesSelector("a", [new LabelMatcher("b", MatchOperator.Matches, "(")]), "", out var problem));

        Assert.StartsWith("the value of label b, \"(\", is no regular expression", problem, StringComparison.Ordinal);
    }

    private sealed class Matching(string selector) : ISampleVisitor
    {
        private readonly SelectorMatching _selector = SelectorMatching.TryCompile(Readings.Selector(selector), "", out _)!; // the parser refused wrong ones

        public bool Matched { get; private set; }

        public bool Wants(ReadOnlySpan<byte> name) => true;

        public void Visit(in Sample sample) => Matched = _selector.Matches(sample);
    }
}
