using Canary.Kubernetes.Access;
using Xunit;
using k8s.Exceptions;

namespace Canary.Kubernetes.Tests.Access;

public sealed class KubeconfigTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("canary-kubeconfig-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Read_SeveralFiles_TheFirstEntryOfANameCounts()
    {
        var kubeconfig = Kubeconfig.Read([Write("one", "here", "https://one"), Path.Combine(_folder.FullName, "absent"), Write("two", "there", "https://two")], required: false)!;

        Assert.Equal("here", kubeconfig.CurrentContext);
        Assert.Equal(["here", "there"], kubeconfig.Contexts);
        Assert.Equal("https://one", (string?)kubeconfig.Cluster("shared").Content["server"]);
        Assert.Equal("https://two", (string?)kubeconfig.Cluster("of-there").Content["server"]);
    }

    [Fact]
    public void Context_ThatIsNotThere_NamesThoseThatAre()
    {
        var kubeconfig = Kubeconfig.Read([Write("one", "here", "https://one")], required: true)!;

        Assert.Contains("it has here", Assert.Throws<KubeConfigException>(() => kubeconfig.Context("elsewhere")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/named", "/a:/b", "/home/me", "/named", true)]
    [InlineData(null, "/a:/b", "/home/me", "/a /b", false)]
    [InlineData(null, "", "/home/me", "/home/me/.kube/config", false)]
    [InlineData(null, null, "", "", false)]
    public void Places_ArgumentVariableHome_InThisOrder(string? named, string? variable, string home, string paths, bool required)
    {
        var places = Kubeconfig.Places(named, variable?.Replace(':', Path.PathSeparator), home);

        Assert.Equal((paths, required), (string.Join(' ', places.Paths), places.Required));
    }

    [Fact]
    public void Read_RequiredFileThatIsNotThere_SaysSo() =>
        Assert.Throws<KubeConfigException>(() => Kubeconfig.Read([Path.Combine(_folder.FullName, "absent")], required: true));

    private string Write(string file, string context, string server)
    {
        var path = Path.Combine(_folder.FullName, file);
        File.WriteAllText(path, $$$"""
            current-context: {{{context}}}
            contexts: [{name: {{{context}}}, context: {cluster: shared, user: me, namespace: shop}}]
            clusters: [{name: shared, cluster: {server: "{{{server}}}"}}, {name: of-{{{context}}}, cluster: {server: "{{{server}}}"}}]
            users: [{name: me, user: {token: t}}]
            """);
        return path;
    }
}
