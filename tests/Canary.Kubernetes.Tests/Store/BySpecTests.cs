using System.Text.Json.Nodes;
using Canary.Kubernetes.Store;
using Xunit;

namespace Canary.Kubernetes.Tests.Store;

public sealed class BySpecTests
{
    private readonly BySpec<string> _texts = new(read => new string(((string)read["spec"]!).AsSpan()));

    [Fact]
    public void Of_OtherVersionOfTheSameSpec_GivesTheSameInstance() =>
        Assert.Same(_texts.Of(Read("one", 1, "a", "1")), _texts.Of(Read("one", 1, "a", "2")));

    [Fact]
    public void Of_NewGeneration_ComputesAnewAndForgetsTheFormer()
    {
        var first = _texts.Of(Read("one", 1, "a", "1"));

        Assert.Equal("b", _texts.Of(Read("one", 2, "b", "2")));
        Assert.NotSame(first, _texts.Of(Read("one", 1, "a", "1")));
    }

    [Fact]
    public void Of_AnotherObjectOfTheSameGeneration_ComputesItsOwn()
    {
        Assert.Equal("a", _texts.Of(Read("one", 1, "a", "1")));
        Assert.Equal("b", _texts.Of(Read("two", 1, "b", "1")));
    }

    [Fact]
    public void Of_NoGeneration_ComputesEachTime()
    {
        var read = JsonNode.Parse("""{"metadata":{"uid":"one"},"spec":"a"}""")!.AsObject();

        Assert.NotSame(_texts.Of(read), _texts.Of(read));
    }

    [Fact]
    public void Of_ManyOthers_KeepsWhatIsAskedForAndForgetsTheRest()
    {
        var (used, unused) = (_texts.Of(Read("used", 1, "a", "1")), _texts.Of(Read("unused", 1, "a", "1")));
        for (var other = 0; other < 3 * BySpec<string>.Most; other++)
        {
            _texts.Of(Read($"other {other}", 1, "a", "1"));
            if (other % 100 == 0)
            {
                Assert.Same(used, _texts.Of(Read("used", 1, "a", "1")));
            }
        }

        Assert.Same(used, _texts.Of(Read("used", 1, "a", "1")));
        Assert.NotSame(unused, _texts.Of(Read("unused", 1, "a", "1")));
    }

    // the value is made at run time, so that two of them are two instances
    private static JsonObject Read(string uid, long generation, string spec, string version) => new()
    {
        ["metadata"] = new JsonObject { ["uid"] = uid, ["generation"] = generation, ["resourceVersion"] = version },
        ["spec"] = spec,
    };
}
