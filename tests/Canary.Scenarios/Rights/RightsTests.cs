using System.Globalization;
using System.Text.Json.Nodes;
using Canary.Architecture;
using Canary.Kubernetes.Api;
using Canary.Scenarios.Support;
using Canary.Testing.ControlPlanes;
using Xunit;

namespace Canary.Scenarios.Rights;

/// <summary>The engine with exactly the rights that deploy/kustomize gives, on a real API server with RBAC: nothing is refused, and nothing is given in vain.</summary>
public sealed class RightsTests(ITestOutputHelper output)
{
    /// <summary>Not requests of their own, so that the audit log has none: the admission plugin OwnerReferencesPermissionEnforcement asks the authoriser for them.</summary>
    private static readonly Right[] AskedByAdmission = [new("update", "canary.dev", "rollouts/finalizers", null), new("update", "apps", "deployments/finalizers", null)];

    /// <summary>For the Leases of the replicas beside each other; one replica alone needs none of it.</summary>
    private static readonly Right[] OfSeveralReplicas = [.. new[] { "list", "watch", "delete" }.Select(verb => new Right(verb, "coordination.k8s.io", "leases", null))];

    [Fact]
    public async Task Engine_OfTheWholeCluster_UsesItsRightsAllAndNoOthers()
    {
        var roles = RoleManifest.Read(null, "base/service-account.yaml", "base/cluster-role.yaml", "base/cluster-role-binding.yaml", "base/role-leader-election.yaml");
        await using var cluster = await RightsCluster.StartAsync("canary-system", 140, roles);
        var stories = new RightsStories(cluster.Running, output);

        await stories.DemonstrationAsync(null);
        await stories.ReleaseAsync();
        await stories.OrphanAsync();
        await stories.CommandsAsync();
        await cluster.Running.Cluster.StopEngineAsync();

        Judge(roles, cluster.Asked, []);
    }

    /// <summary>Where there is no real server: what the engine asks the sandbox's, held against the rules.</summary>
    [Fact]
    public async Task Engine_InTheSandbox_AsksForWhatTheRolesGiveAndNoMore()
    {
        var roles = RoleManifest.Read(null, "base/cluster-role.yaml", "base/role-leader-election.yaml");
        await using var running = await SharedCluster.StartAsync(170, "--Kubernetes:LeaderElection=true");
        await running.Cluster.ApplyAsync([RightsCluster.NamespaceOf("canary-system")], TestContext.Current.CancellationToken);
        using var asked = new AskedRights();
        await running.Cluster.StartEngineAsync(TestContext.Current.CancellationToken, asked);
        var stories = new RightsStories(running, output);

        await stories.OrphanAsync();
        await stories.CommandsAsync();
        await running.Cluster.StopEngineAsync();

        Assert.DoesNotContain(asked.All, right => !roles.Covers(right));
        var used = asked.All.Select(right => right with { Namespace = null }).ToHashSet();
        Unused(roles.Grants.Where(grant => !used.Contains(grant.Right with { Namespace = null })));
    }

    [Fact]
    public async Task Engine_OfOneNamespace_UsesItsRightsAllAndNoOthers()
    {
        const string Own = RightsCluster.Namespace;
        var roles = RoleManifest.Read(Own, "base/service-account.yaml", "namespaced/role.yaml", "namespaced/role-binding.yaml", "base/role-leader-election.yaml");
        var optional = RoleManifest.Read(Own, "namespaced/cluster-templates.yaml");
        await using var cluster = await RightsCluster.StartAsync(Own, 150, roles, $"--Kubernetes:Namespace={Own}", "--Kubernetes:Watching:MaxBackoff=00:00:01");
        var stories = new RightsStories(cluster.Running, output);

        await stories.DemonstrationAsync(rollout => rollout["spec"]!["analysis"]!["templates"] = JsonNode.Parse("[{\"name\":\"golden-signals\"}]"));
        await stories.ReleaseAsync();
        await stories.ClusterTemplateAsync(() => cluster.ApplyAsync(optional.Objects));
        await stories.OrphanAsync();
        await stories.CommandsAsync();
        await cluster.Running.Cluster.StopEngineAsync();

        var all = RoleManifest.Read(Own, "namespaced/role.yaml", "base/role-leader-election.yaml", "namespaced/cluster-templates.yaml");
        Judge(all, cluster.Asked, [new Right("list", "canary.dev", "clusteranalysistemplates", null)]);
    }

    [Fact]
    public async Task Engine_WithoutARight_NamesItOnTheRolloutAndGoesOnWithTheRest()
    {
        var roles = RoleManifest.Read(null, "base/service-account.yaml", "base/cluster-role.yaml", "base/cluster-role-binding.yaml", "base/role-leader-election.yaml");
        var role = roles.Objects.Single(item => (string?)item["kind"] == "ClusterRole");
        var whole = role["rules"]!.DeepClone();
        Of(role, "replicasets")["verbs"]!.AsArray().RemoveAll(verb => (string?)verb == "create");
        await using var cluster = await RightsCluster.StartAsync("canary-system", 160, roles);
        var shop = await Shop.OpenAsync(cluster.Running, RightsCluster.Namespace, new ShopManifests("[{setWeight: 25}, {pause: {}}]") { Analysis = "templates: [{name: judge}], onNoData: {hold: 10m}" });

        await shop.SetImageAsync("v2");
        await shop.UntilAsync(async () => (await shop.EventsAsync("MissingRight")).Count > 0, "the missing right is told");
        Assert.All(await shop.EventsAsync("MissingRight"), news => Assert.Equal(
            """the engine may not create replicasets.apps; give the engine's service account the rule {apiGroups: ["apps"], resources: ["replicasets"], verbs: ["create"]} in a ClusterRole, or in a Role of namespace shop""", (string?)news["message"]));
        await SetRulesAsync(shop, whole);
        await shop.UntilAsync(rollout => Shop.StepLabel(rollout) == "2/4 pause", "v2 has 25 % once the right is given");

        role["rules"] = whole;
        role["rules"]!.AsArray().Remove(Of(role, "events"));
        await SetRulesAsync(shop, role["rules"]!);
        var before = Refusals(cluster, "events");
        await shop.CommandAsync("abort");
        await shop.UntilAsync(rollout => Shop.Outcome(rollout) == "Aborted" && Shop.Phase(rollout) == "Degraded", "an abort needs no Events");
        await shop.UntilAsync(() => Task.FromResult(Refusals(cluster, "events") > before), "Events were refused meanwhile");

        Assert.Equal((100, 0), await shop.WeightsAsync());
    }

    /// <summary>That the rights on finalizers are not given in vain, though no request asks for them.</summary>
    [Fact]
    public async Task Finalizers_WithoutTheRight_NoOwnerIsSetWhereOwnersAreGuarded()
    {
        var roles = RoleManifest.Read(null, "base/service-account.yaml", "base/cluster-role.yaml", "base/cluster-role-binding.yaml", "base/role-leader-election.yaml");
        var role = roles.Objects.Single(item => (string?)item["kind"] == "ClusterRole");
        var whole = role["rules"]!.DeepClone();
        role["rules"]!.AsArray().Remove(Of(role, "deployments/finalizers"));
        var half = role["rules"]!.DeepClone();
        role["rules"]!.AsArray().Remove(Of(role, "rollouts/finalizers"));
        await using var cluster = await RightsCluster.StartAsync("canary-system", 160, roles);
        var shop = await Shop.OpenAsync(cluster.Running, RightsCluster.Namespace, new ShopManifests("[{setWeight: 25}, {pause: {}}]") { Analysis = "templates: [{name: judge}], onNoData: {hold: 10m}" });

        await shop.SetImageAsync("v2");
        await RefusedByAdmissionAsync(shop, cluster, "create");
        await SetRulesAsync(shop, half);
        await shop.UntilAsync(rollout => Shop.StepLabel(rollout) == "2/4 pause", "v2 has 25 % once the Rollout may be made an owner");
        await shop.CommandAsync("promote");
        await RefusedByAdmissionAsync(shop, cluster, "patch");
        await SetRulesAsync(shop, whole);

        await shop.UntilAsync(rollout => Shop.Outcome(rollout) == "Promoted" && Shop.Phase(rollout) == "Healthy", "v2 is promoted once the Deployment may be made an owner");
    }

    [Fact]
    public async Task People_WhoViewOrEditANamespace_SeeOrCommandItsRollouts()
    {
        var roles = RoleManifest.Read(null, "base/roles-for-people.yaml");
        await using var cluster = await RightsCluster.StartAsync("canary-system", 160, roles);
        foreach (var (role, user) in new[] { ("view", "viewer"), ("edit", "editor") })
        {
            await cluster.ApplyAsync($$"""
                apiVersion: rbac.authorization.k8s.io/v1
                kind: RoleBinding
                metadata: {name: {{role}}, namespace: {{RightsCluster.Namespace}}}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: {{role}}}
                subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: {{user}}}]
                """);
        }

        await cluster.ApplyAsync(new ShopManifests("[{setWeight: 25}, {pause: {}}]").Text(RightsCluster.Namespace));
        var (viewer, editor) = (new Kubectl(cluster.Plane.KubeconfigOf("viewer"), RightsCluster.Namespace), new Kubectl(cluster.Plane.KubeconfigOf("editor"), RightsCluster.Namespace));

        foreach (var kubectl in new[] { viewer, editor })
        {
            await UntilAllowedAsync(kubectl, "get", "rollouts,analysisruns,analysistemplates");
        }

        await UntilAllowedAsync(editor, "annotate", "rollout", "checkout", "canary.dev/command=abort");
        Assert.Contains("cannot patch", await RefusedAsync(viewer, "annotate", "--overwrite", "rollout", "checkout", "canary.dev/command=promote"), StringComparison.Ordinal);
        Assert.Contains("cannot list", await RefusedAsync(viewer, "get", "rollouts", "-n", "default"), StringComparison.Ordinal);
        Assert.Contains("cannot create", await RefusedAsync(editor, "create", "-f", Repository.PathOf("analysis-templates/golden-signals.yaml")), StringComparison.Ordinal);
    }

    private static JsonNode Of(JsonObject role, string resource) => role["rules"]!.AsArray().Single(rule => rule!["resources"]!.AsArray().Any(text => (string?)text == resource))!;

    private static Task RefusedByAdmissionAsync(Shop shop, RightsCluster cluster, string verb) => shop.UntilAsync(
        () => Task.FromResult(cluster.Asked.Any(entry => entry is { Code: 403, Right: { Resource: "replicasets" } right, Reason.Length: > 0 } && right.Verb == verb)),
        $"{verb} of a ReplicaSet, which RBAC allows, is refused by admission");

    private static int Refusals(RightsCluster cluster, string resource) => cluster.Asked.Count(entry => entry.Code == 403 && entry.Right?.Resource == resource);

    private static Task<JsonObject> SetRulesAsync(Shop shop, JsonNode rules) => shop.Api.PatchAsync(
        new ResourceKind("rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole", false), null, "canary", PatchKind.MergePatch, new JsonObject { ["rules"] = rules.DeepClone() }, null, TestContext.Current.CancellationToken);

    /// <summary>A role reaches those that it is added to, and the authoriser, a moment later.</summary>
    private static async Task UntilAllowedAsync(Kubectl kubectl, params string[] arguments)
    {
        var started = TimeProvider.System.GetTimestamp();
        var (code, said) = await kubectl.TryAsync(null, arguments);
        while (code != 0)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(30), said);
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, TestContext.Current.CancellationToken);
            (code, said) = await kubectl.TryAsync(null, arguments);
        }
    }

    private static async Task<string> RefusedAsync(Kubectl kubectl, params string[] arguments)
    {
        var (code, said) = await kubectl.TryAsync(null, arguments);
        Assert.NotEqual(0, code);
        return said;
    }

    private void Judge(RoleManifest roles, IReadOnlyList<AuditEntry> asked, Right[] refused)
    {
        foreach (var use in asked.GroupBy(entry => (entry.Right is null ? entry.Path : $"{entry.Right with { Namespace = null }}", entry.Code, entry.Reason)).OrderBy(use => use.Key.Item1, StringComparer.Ordinal))
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{use.Count(),6} {use.Key.Code} {use.Key.Item1}  {use.Key.Reason}"));
        }

        Assert.Equal(refused, asked.Where(entry => entry.Code is 401 or 403).Select(entry => entry.Right).Distinct());
        Assert.Empty(asked.Where(entry => entry.Right is { } right && !roles.Covers(right) && !refused.Contains(right)).Select(entry => entry.ToString()).Distinct());

        var used = asked.Where(entry => entry is { Right: not null, Code: < 400 })
            .Select(entry => roles.Grants.FirstOrDefault(grant => entry.Reason.Contains($" of {grant.Role} to ", StringComparison.Ordinal) && grant.Right with { Namespace = null } == entry.Right! with { Namespace = null }))
            .ToHashSet();
        Assert.DoesNotContain(null, used); // each was allowed by one of these roles, and not by something that every user may do
        Unused(roles.Grants.Where(grant => !used.Contains(grant)));
    }

    /// <summary>Requires that of all rights only those were never used that cannot have been.</summary>
    private static void Unused(IEnumerable<Grant> grants) => Assert.Equal(
        AskedByAdmission.Concat(OfSeveralReplicas).Select(right => right.ToString()).Order(StringComparer.Ordinal),
        grants.Select(grant => (grant.Right with { Namespace = null }).ToString()).Order(StringComparer.Ordinal));
}
