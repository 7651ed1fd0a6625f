using System.Text.Json.Nodes;
using Canary.Architecture;
using Canary.Contract.Support;
using Canary.Kubernetes.Json;
using Canary.Sandbox.ApiServer;
using Canary.Testing;
using Canary.Testing.ControlPlanes;
using Xunit;

namespace Canary.Contract.Installation;

/// <summary>What we ship for installing, given to a real API server, which says what it would do.</summary>
public sealed class ApplyTests(Servers servers)
{
    private const string Space = "canary-system";

    public static TheoryData<string> Ways => Chart.Ways;

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Chart_EachWay_IsTaken(string way)
    {
        var place = await OpenAsync();

        await TakenAsync(place, await Chart.TextAsync(way, ControlPlanePrograms.Minor < 21 ? "" : Chart.Today), (await Chart.RenderAsync(way)).Count);
    }

    [Fact]
    public async Task InstallManifest_IsTaken()
    {
        var place = await OpenAsync();
        var manifest = Repository.Read("deploy/install.yaml");

        await TakenAsync(place, ForThisServer(manifest), YamlTree.ParseAll(manifest).OfType<JsonObject>().Count());
    }

    [Theory]
    [InlineData("deploy/crds", 6)]
    [InlineData("deploy/kustomize/base", 11)]
    [InlineData("deploy/kustomize/namespaced", 12)]
    public async Task Kustomization_EachOfOurs_IsTaken(string folder, int objects)
    {
        var place = await OpenAsync();
        var (code, output, errors) = await KubectlAsync(place, null, "kustomize", Repository.PathOf(folder));
        Assert.SkipWhen(errors.Contains("must resolve to a file", StringComparison.Ordinal), "This kubectl is older than 1.21 and takes no folder as a resource.");
        Assert.True(code == 0, errors);

        await TakenAsync(place, ForThisServer(output), objects);
    }

    /// <summary>The namespaced variant has no right outside its namespace but to read templates, and knows its namespace.</summary>
    [Fact]
    public async Task Kustomization_Namespaced_StaysInItsNamespace()
    {
        var place = await OpenAsync();
        var (code, output, errors) = await KubectlAsync(place, null, "kustomize", Repository.PathOf("deploy/kustomize/namespaced"));
        Assert.SkipWhen(errors.Contains("must resolve to a file", StringComparison.Ordinal), "This kubectl is older than 1.21 and takes no folder as a resource.");
        Assert.True(code == 0, errors);

        var manifests = YamlTree.ParseAll(output).OfType<JsonObject>().ToList();
        var environment = Chart.One(manifests, "Deployment")["spec"]!["template"]!["spec"]!["containers"]![0].Items("env")!;
        Assert.Equal(["canary-cluster-templates"], manifests.Where(manifest => manifest.Text("kind") == "ClusterRoleBinding").Select(manifest => manifest.Text("metadata", "name")));
        Assert.Contains(environment, variable => variable.Text("name") == "CANARY_Kubernetes__Namespace");
        Assert.DoesNotContain(manifests, manifest => manifest.Text("kind") == "Namespace");
    }

    /// <summary>The check can fail: a server that drops what it does not know would let everything pass.</summary>
    [Theory]
    [InlineData("      containers:\n", "      contaners: []\n      containers:\n", "contaners")]
    [InlineData("kind: Deployment", "kind: Deploiment", "Deploiment")]
    [InlineData("      honorLabels: true", "      honorLabels: maybe", "honorLabels")]
    public async Task Chart_WithAMistake_IsRefused(string right, string wrong, string named)
    {
        var place = await OpenAsync();
        var text = await Chart.TextAsync("everything", "");
        Assert.Contains(right, text, StringComparison.Ordinal);

        var (code, _, errors) = await ApplyAsync(place, text.Replace(right, wrong, StringComparison.Ordinal));

        Assert.NotEqual(0, code);
        Assert.Contains(named, errors, StringComparison.Ordinal);
    }

    private static string ForThisServer(string manifests) =>
        ControlPlanePrograms.Minor < 21 ? manifests.Replace("apiVersion: policy/v1\n", "apiVersion: policy/v1beta1\n", StringComparison.Ordinal) : manifests;

    private static async Task TakenAsync(Place place, string manifests, int objects)
    {
        var (code, output, errors) = await ApplyAsync(place, manifests);

        Assert.True(code == 0, errors);
        Assert.Equal(objects, output.Split('\n').Count(line => line.EndsWith("(server dry run)", StringComparison.Ordinal)));
    }

    private static Task<(int Code, string Output, string Errors)> ApplyAsync(Place place, string manifests)
    {
        // before 1.25 a server has no CEL rules in its schema of definitions, and drops them when it is not asked to refuse them: see docs/install.md
        string[] how = ControlPlanePrograms.Minor < 25 && manifests.Contains("kind: CustomResourceDefinition", StringComparison.Ordinal)
            ? ["--validate=false"]
            : ["--server-side", "--force-conflicts"];
        return KubectlAsync(place, manifests, ["apply", .. how, "--dry-run=server", "-f", "-"]);
    }

    private static Task<(int Code, string Output, string Errors)> KubectlAsync(Place place, string? input, params string[] arguments) =>
        TestTools.RunAsync(ControlPlane.Kubectl, ["--kubeconfig", place.Server.Cluster.Kubeconfig, "--cache-dir", Path.Combine(Path.GetTempPath(), "canary-kubectl-cache"), .. arguments], input, Place.Cancellation);

    private async Task<Place> OpenAsync()
    {
        Assert.SkipWhen(ControlPlanePrograms.WhyAbsent is not null, ControlPlanePrograms.WhyAbsent ?? "");
        var place = await servers.OpenAsync(Servers.Real);
        var (code, answer) = await place.SendAsync("POST", "/api/v1/namespaces", $$$"""{"metadata":{"name":"{{{Space}}}"}}""");
        Assert.True(code is 201 or 409, answer.ToJsonString());
        await EnsureAsync(place, Repository.Read("tests/Canary.Contract/Installation/monitoring-definitions.yaml"));
        return place;
    }

    /// <summary>Creates definitions on a running server where it has none of the name, and returns when they are served.</summary>
    private static async Task EnsureAsync(Place place, string definitions)
    {
        foreach (var definition in YamlTree.ParseAll(definitions).OfType<JsonObject>())
        {
            var (code, answer) = await place.SendAsync("POST", Definitions.Path, definition.ToJsonString());
            if (code is not (201 or 409))
            {
                throw new InvalidOperationException(answer.ToJsonString());
            }

            await place.UntilAsync($"{Definitions.Path}/{definition.Text("metadata", "name")}", (_, body) => Definitions.IsEstablished(body), "it is served");
        }
    }
}
