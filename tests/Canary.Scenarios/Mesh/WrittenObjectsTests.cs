using Canary.Contract.Support;
using Canary.Kubernetes.Api;
using Canary.Sandbox.ApiServer;
using Canary.Scenarios.Support;
using Xunit;
using ResourceKind = Canary.Kubernetes.Api.ResourceKind;

namespace Canary.Scenarios.Mesh;

/// <summary>
/// All that the engine writes holds to the schemas of its kinds, Istio's own among them. The engine asks for strict validation at every write; servers
/// before 1.25 do not know that, so every state is also walked along the schemas.
/// </summary>
public class WrittenObjectsTests(SharedCluster cluster, ITestOutputHelper output)
{
    private static readonly string[] Written = ["rollouts", "analysisruns", "virtualservices", "destinationrules", "replicasets", "deployments", "events"];

    [Fact]
    public async Task WholeRollouts_WriteNothingThatTheSchemasDoNotKnow()
    {
        Assert.SkipUnless(RealDefinitions.Find("istio-1.30.3.yaml") is not null, RealDefinitions.WhyAbsent);
        var shop = await Shop.OpenAsync(cluster, "written", new ShopManifests("[{setWeight: 50}, {analyze: {atMost: 2m}}, {setWeight: 100}]") { Mesh = RichMesh.Yaml, Analysis = "templates: [{name: judge}]" });
        await using var written = await WrittenObjects.WatchAsync(shop, ResourceKind.Rollouts, ResourceKind.AnalysisRuns, ResourceKind.VirtualServices, ResourceKind.DestinationRules);
        await using (new Feed(shop))
        {
            await shop.SetImageAsync("v2");
            await shop.UntilAsync(rollout => Shop.Outcome(rollout) == "Promoted" && Shop.Phase(rollout) == "Healthy", "v2 is promoted");
            await shop.SetImageAsync("v3-errors");
            await shop.UntilAsync(rollout => Shop.Outcome(rollout) == "RolledBack" && Shop.Phase(rollout) == "Degraded", "v3 is taken back");
        }

        await shop.CommandAsync("""{"id":"n1","verb":"nonsense"}""");
        await shop.UntilAsync(rollout => (string?)rollout["status"]!["lastCommand"]?["result"] == "Refused", "a wrong command is refused");
        await shop.SetImageAsync("v4-unready");
        await shop.UntilAsync(rollout => Shop.Stage(rollout) == "Preparing", "v4 is on its way");
        await shop.CommandAsync("abort");
        await shop.UntilAsync(rollout => Shop.Outcome(rollout) == "Aborted", "v4 is taken back");
        await shop.UntilAsync(() => Task.FromResult(written.States.Count == 4), "a state of every kind", () => "");

        output.WriteLine(string.Join(", ", written.States.Select(state => $"{state.Value} states of {state.Key}")));
        Assert.Empty(written.Problems);

        // ReplicaSets, Deployments and Events have no definition: there the server's own strictness counts, where it knows of it
        var writes = shop.Running.Journal.In(shop.Namespace).Where(write => write.IsEngines).ToList();
        Assert.All(writes.Where(write => write.Request.Verb != "delete"), write => Assert.Contains("fieldValidation=Strict", write.Request.Query, StringComparison.Ordinal));
        Assert.DoesNotContain(writes, write => write.Request.ResultCode is 400 or 415);
        Assert.All(Written, plural => Assert.Contains(writes, write => write.Done && write.Request.Path.Contains($"/{plural}", StringComparison.Ordinal)));
    }
}
