using Canary.Core.Analysis;
using CsCheck;
using Xunit;

namespace Canary.Core.Tests.Analysis;

public sealed class SeriesSelectorParserTests
{
    private const string Path = "spec.metrics[0].errors[0]";

    [Fact]
    public void Parse_EveryOperatorAndQuote_IsUnderstood()
    {
        var selector = Parse("""istio_requests_total{reporter="destination", response_code!='200',path=~`/a\d+`,flags!~"DC|\\d",}""");

        Assert.Equal(
            new SeriesSelector("istio_requests_total",
            [
                new LabelMatcher("reporter", MatchOperator.Equal, "destination"),
                new LabelMatcher("response_code", MatchOperator.NotEqual, "200"),
                new LabelMatcher("path", MatchOperator.Matches, "/a\\d+"),
                new LabelMatcher("flags", MatchOperator.NotMatches, "DC|\\d"),
            ]),
            selector);
    }

    [Theory]
    [InlineData("up")]
    [InlineData(" up ")]
    [InlineData("up{}")]
    [InlineData("up { }")]
    [InlineData("""{__name__="up"}""")]
    [InlineData("""{"up"}""")]
    [InlineData("""{'up',}""")]
    [InlineData("up # how many\n")]
    public void Parse_NameAlone_HasNoMatchers(string text) => Assert.Equal(new SeriesSelector("up", []), Parse(text));

    [Theory]
    [InlineData("""{"http.requests", "service.name"="a"}""", "http.requests", "service.name", "a")]
    [InlineData("""a:b:c{x="ä"}""", "a:b:c", "x", "ä")]
    [InlineData("""a{x="\"\\\n\t"}""", "a", "x", "\"\\\n\t")]
    [InlineData("""a{x='\'"'}""", "a", "x", "'\"")]
    [InlineData("""a{x="\xc3\xa4\u00e4\U0001F600\101"}""", "a", "x", "ää😀A")]
    [InlineData("""a{x="}{,"}""", "a", "x", "}{,")]
    [InlineData("""a{x=""}""", "a", "x", "")]
    public void Parse_QuotesAndEscapes_GiveTheirCharacters(string text, string metric, string label, string value) =>
        Assert.Equal(new SeriesSelector(metric, [new LabelMatcher(label, MatchOperator.Equal, value)]), Parse(text));

    [Theory]
    [InlineData("", "character 1 of '': selects nothing; name the metric")]
    [InlineData("{}", "selects nothing; name the metric")]
    [InlineData("""{a="b"}""", "names no metric; write its name before the braces")]
    [InlineData("rate(a[5m])", "character 5 of 'rate(a[5m])': is a query; write the plain selector of the raw counter")]
    [InlineData("a[5m]", "character 2 of 'a[5m]': is a range; write the plain selector without [...]")]
    [InlineData("a{x=\"1\"}[5m]", "is a range")]
    [InlineData("a + b", "nothing was expected after the selector, and '+' was found")]
    [InlineData("http.requests", "'.' cannot stand in a bare metric name; quote the name within the braces")]
    [InlineData("\"http.requests\"", "a quoted metric name goes within the braces")]
    [InlineData("5xx", "a metric name or '{' was expected, and '5' was found")]
    [InlineData("a{", "character 2 of 'a{': the brace is not closed; add '}'")]
    [InlineData("a{x=\"1\"", "the brace is not closed; add '}'")]
    [InlineData("a}", "a brace is closed that was not opened")]
    [InlineData("a{x}", "one of =, !=, =~, !~ was expected after label x, and '}' was found")]
    [InlineData("a{x==\"1\"}", "'==' compares nothing here; write x=\"…\"")]
    [InlineData("a{x>\"1\"}", "one of =, !=, =~, !~ was expected after label x, and '>' was found")]
    [InlineData("a{x=1}", "character 5 of 'a{x=1}': the value of label x must stand in quotes: x=\"…\"; '1' was found")]
    [InlineData("a{x=“1”}", "'“' was found")]
    [InlineData("a{x=\"1\" y=\"2\"}", "',' or '}' was expected, and 'y' was found")]
    [InlineData("a{,}", "a label name was expected, and ',' was found")]
    [InlineData("a{1x=\"1\"}", "a label name was expected, and '1' was found")]
    [InlineData("a{\"\"=\"1\"}", "the name within the quotes is empty")]
    [InlineData("a{x=\"1}", "character 5 of 'a{x=\"1}': the string is not closed; add \" at its end")]
    [InlineData("a{x='1}", "the string is not closed; add ' at its end")]
    [InlineData("a{x=`1}", "the string is not closed; add ` at its end")]
    [InlineData("a{x=\"1\n\"}", "the string is not closed")]
    [InlineData("""a{x=~"\d"}""", """'\d' is no escape; a backslash itself is written \\, as in "\\d", or use backticks""")]
    [InlineData("""a{x="\xff"}""", "spell no valid UTF-8")]
    [InlineData("""a{x="\uD800"}""", "is no escape")]
    [InlineData("""a{x="\U110000000"}""", "is no escape")]
    [InlineData("""a{x="\400"}""", "is no escape")]
    [InlineData("""a{x="\x4"}""", "is no escape")]
    [InlineData("a{x=\"\\", "is no escape")]
    [InlineData("""a{x=~"("}""", "character 6 of 'a{x=~\"(\"}': the value of label x, \"(\", is no regular expression (a parenthesis is not closed near character")]
    [InlineData("""a{x=~"*"}""", "for \"anything\" write .*")]
    [InlineData("""a{x=~"a)|(b"}""", "a parenthesis was not opened")]
    [InlineData("""a{x!~"(?!b)"}""", "look-around")]
    [InlineData("""a{x=~"[[:digit:]]"}""", "write [0-9]")]
    [InlineData("""a{__name__="b"}""", "names a second metric, b, beside a")]
    [InlineData("""{__name__=~"a|b"}""", "a selector names exactly one metric")]
    [InlineData("""{__name__=""}""", "the metric's name is empty")]
    public void Parse_Mistake_SaysWhereAndWhatInstead(string text, string expected)
    {
        var selector = SeriesSelectorParser.Parse(text, Path, out var problems);

        Assert.Null(selector);
        Assert.Contains(problems, problem => problem.Path == Path && problem.Message.Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void Parse_SeveralMistakes_TellsAll()
    {
        SeriesSelectorParser.Parse("""a{x=~"(",y=~"[",__name__="b"}""", Path, out var problems);

        Assert.Equal(3, problems.Count);
    }

    [Fact]
    public void Parse_WrittenSelector_ReadsBackTheSame()
    {
        var name = Gen.Char["abcXYZ_"].Array[1, 8].Select(letters => new string(letters));
        var value = Gen.Char["ab\"\\\n'`{}=,äß "].Array[0, 10].Select(letters => new string(letters));
        var matcher = Gen.Select(name, Gen.Enum<MatchOperator>(), value, (label, comparison, text) => new LabelMatcher(
            label, comparison, comparison is MatchOperator.Matches or MatchOperator.NotMatches ? System.Text.RegularExpressions.Regex.Escape(text) : text));
        Gen.Select(name, matcher.Array[0, 5], (metric, matchers) => new SeriesSelector(metric, matchers.ToValueList()))
            .Sample(selector => selector.Equals(SeriesSelectorParser.Parse(Write(selector), Path, out _)));
    }

    [Fact]
    public void Parse_AnyText_NeverThrows() =>
        Gen.Char["ab{}=~!\"'`\\,x7u()[]# \n\0\uD800"].Array[0, 24].Sample(letters =>
        {
            var selector = SeriesSelectorParser.Parse(new string(letters), Path, out var problems);
            return (selector is null) == (problems.Count > 0);
        });

    private static SeriesSelector Parse(string text)
    {
        var selector = SeriesSelectorParser.Parse(text, Path, out var problems);
        Assert.Empty(problems);
        return selector!; // there are no problems
    }

    private static string Write(SeriesSelector selector)
    {
        var matchers = selector.Matchers.Select(matcher =>
        {
            var value = matcher.Value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
            var symbol = matcher.Operator switch { MatchOperator.Equal => "=", MatchOperator.NotEqual => "!=", MatchOperator.Matches => "=~", _ => "!~" };
            return $"{matcher.Label}{symbol}\"{value}\"";
        });
        return $"{selector.Metric}{{{string.Join(',', matchers)}}}";
    }
}
