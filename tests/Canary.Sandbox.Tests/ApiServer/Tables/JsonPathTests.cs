using Xunit;

namespace Canary.Sandbox.ApiServer;

public sealed class JsonPathTests
{
    private const string Document = """{"a":{"b":[{"type":"Ready","status":"True"},{"type":"Other","status":"False"}],"x.y":1},"list":[1,2,3]}""";

    [Theory]
    [InlineData(".a.b[0].type", "\"Ready\"")]
    [InlineData(".a.b[*].type", "\"Ready\",\"Other\"")]
    [InlineData(".a.b[?(@.type==\"Other\")].status", "\"False\"")]
    [InlineData(".a.b[?(@.type!='Other')].status", "\"True\"")]
    [InlineData(".a['x.y']", "1")]
    [InlineData(".a.x\\.y", "1")]
    [InlineData("$.list[-1]", "3")]
    [InlineData(".missing.deeper", "")]
    [InlineData(".list[9]", "")]
    public void Find_Path_YieldsItsValues(string path, string expected) =>
        Assert.Equal(expected, string.Join(',', JsonPath.Parse(path).Find(JsonTree.Parse(Document)).Select(node => node?.ToJsonString())));

    [Theory]
    [InlineData(5, "5s")]
    [InlineData(119, "119s")]
    [InlineData(125, "2m5s")]
    [InlineData(600, "10m")]
    [InlineData(3 * 3600, "3h")]
    [InlineData((3 * 3600) + 300, "3h5m")]
    [InlineData(30 * 3600, "30h")]
    [InlineData((3 * 86400) + 7200, "3d2h")]
    [InlineData(30 * 86400, "30d")]
    public void Format_Age_IsAsKubectlPrintsIt(int seconds, string expected) =>
        Assert.Equal(expected, HumanDuration.Format(TimeSpan.FromSeconds(seconds)));
}
