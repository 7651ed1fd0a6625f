using Xunit;

namespace Canary.Sandbox.ApiServer;

public sealed class LabelSelectorTests
{
    private const string Labels = """{"app":"web","tier":"front","size":"5"}""";

    [Theory]
    [InlineData("", true)]
    [InlineData("app=web", true)]
    [InlineData("app==web", true)]
    [InlineData("app=other", false)]
    [InlineData("app!=other", true)]
    [InlineData("missing!=x", true)]
    [InlineData("app in (web, api)", true)]
    [InlineData("app in (api)", false)]
    [InlineData("app notin (api),tier=front", true)]
    [InlineData("missing notin (api)", true)]
    [InlineData("app", true)]
    [InlineData("missing", false)]
    [InlineData("!missing", true)]
    [InlineData("!app", false)]
    [InlineData("size>4", true)]
    [InlineData("size<5", false)]
    [InlineData("app=web,tier=back", false)]
    public void Matches_Selector_AsKubernetesDoes(string selector, bool expected) =>
        Assert.Equal(expected, LabelSelector.Parse(selector).MatchesLabels(JsonTree.ParseObject(Labels)));

    [Theory]
    [InlineData("a b c")]
    [InlineData("app nearly (x)")]
    [InlineData("=x")]
    public void Parse_Nonsense_IsABadRequest(string selector) =>
        Assert.Equal(400, Assert.Throws<ApiException>(() => LabelSelector.Parse(selector)).Code);

    [Theory]
    [InlineData("""{"matchLabels":{"app":"web"}}""", true)]
    [InlineData("""{"matchExpressions":[{"key":"app","operator":"In","values":["api"]}]}""", false)]
    [InlineData("""{"matchExpressions":[{"key":"other","operator":"DoesNotExist"}]}""", true)]
    public void FromObject_Selector_MatchesAsWritten(string selector, bool expected) =>
        Assert.Equal(expected, LabelSelector.FromObject(JsonTree.ParseObject(selector)).MatchesLabels(JsonTree.ParseObject(Labels)));
}
