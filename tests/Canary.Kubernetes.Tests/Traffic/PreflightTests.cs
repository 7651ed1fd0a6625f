using System.Text.Json.Nodes;
using Canary.Core;
using Canary.Core.Validation;
using Canary.Kubernetes.Traffic;
using Xunit;

namespace Canary.Kubernetes.Tests.Traffic;

/// <summary>Every mistake that can be seen before traffic moves: where it is, what was found, what to write.</summary>
public sealed class PreflightTests
{
    [Fact]
    public void Observe_NothingWrong_FindsNoProblemAndNoWarning()
    {
        var view = new Mesh().Observe();

        Assert.Equal([], view.Traffic.Problems);
        Assert.Equal([], view.Warnings);
    }

    [Fact]
    public void Observe_VirtualServiceMissing_SaysWhatToCreateAndStillShowsTheOthers()
    {
        var mesh = new Mesh().And(mesh => mesh.References.Insert(0, new VirtualServiceReference("gone", [])));

        var view = mesh.Observe();

        Blocks(
            view,
            "spec.traffic.istio.virtualServices[0].name: is 'gone', but VirtualService shop/gone does not exist. Create it with a route to subsets 'stable' (weight 100) and 'canary' (weight 0) of checkout.shop.svc.cluster.local, or correct the name");
        Assert.Equal("checkout/primary", Assert.Single(view.Traffic.Routes).Name);
        Assert.Null(view.Traffic.Snapshot);
    }

    [Fact]
    public void Observe_RouteMissing_ListsTheNamesThatExist() => Blocks(
        new Mesh().WithRoutes("main").Observe(),
        "spec.traffic.istio.virtualServices[0].routes[0]: is 'main', but VirtualService shop/checkout has no http route of that name; its named http routes are primary. Name one that exists, or set its 'name' field");

    [Fact]
    public void Observe_RouteMissingAndNoneNamed_SaysSo() => Blocks(
        new Mesh().WithRoutes("main").And(mesh => ((JsonObject)mesh.VirtualService["spec"]!["http"]![0]!).Remove("name")).Observe(),
        "spec.traffic.istio.virtualServices[0].routes[0]: is 'main', but VirtualService shop/checkout has no http route of that name; none of its http routes has a name. Name one that exists, or set its 'name' field");

    [Fact]
    public void Observe_TwoRoutesOfOneName_AsksForNamesAndShowsBoth()
    {
        var mesh = new Mesh().And(mesh =>
        {
            mesh.VirtualService["spec"]!["http"]!.AsArray().Add(mesh.VirtualService["spec"]!["http"]![0]!.DeepClone());
            mesh.VirtualService["spec"]!["http"]![0]!["match"] = new JsonArray(MeshYaml.One("uri: {prefix: /api}"));
        });

        var view = mesh.Observe();

        Blocks(view, "spec.traffic.istio.virtualServices[0].routes[0]: is 'primary', but VirtualService shop/checkout has 2 http routes of that name. Give each its own name");
        Assert.Equal(2, view.Traffic.Routes.Count);
    }

    [Fact]
    public void Observe_BaselineDestinationMissing_SaysWhatToWriteAndKeepsTheRouteWithinReach()
    {
        var view = new Mesh { Baseline = BaselineRole.Required }.Observe();

        Blocks(
            view,
            "VirtualService/checkout spec.http[0].route: has no destination for subset 'baseline' of checkout.shop.svc.cluster.local, which spec.analysis.baseline: Fresh needs. Add - destination: {host: checkout.shop.svc.cluster.local, subset: baseline} with weight 0, and the port of the others if they name one");
        Assert.Null(Assert.Single(view.Traffic.Routes).BaselineWeight);
    }

    [Fact]
    public void Observe_BaselineTwiceInOneRoute_AsksForOne() => Blocks(
        Three("100", "baseline}, weight: 0}, {destination: {host: checkout, subset: baseline}"),
        "VirtualService/checkout spec.http[0].route: has several destinations with subset 'baseline' of checkout.shop.svc.cluster.local. Keep one of them");

    [Fact]
    public void Observe_BaselineWithASmallSum_AsksForAHundred() => Blocks(
        Three("3", "baseline}"),
        "VirtualService/checkout spec.http[0].route: has weights that sum to 3, which cannot be split in three. With a fresh baseline give 'stable' the weight 100 and the others 0");

    [Fact]
    public void Observe_BaselineInOrder_FindsNoProblem()
    {
        var view = Three("100", "baseline}");

        Assert.Empty(view.Traffic.Problems);
        Assert.Equal(0, Assert.Single(view.Traffic.Routes).BaselineWeight);
        Assert.Contains("\"baseline\"", view.Traffic.Snapshot, StringComparison.Ordinal);
    }

    [Fact]
    public void Observe_BaselineCameAfterTheAdoption_IsComparableWithWhatWasRecorded()
    {
        var adopted = new Mesh().Observe().Traffic.Snapshot;
        var mesh = new Mesh { Baseline = BaselineRole.Required, Recorded = adopted }.And(mesh =>
            mesh.VirtualService["spec"]!["http"]![0]!["route"]!.AsArray().Add(MeshYaml.One("{destination: {host: checkout, subset: baseline}, weight: 0}")));

        Assert.Equal(adopted, mesh.Observe().Traffic.Snapshot);
    }

    [Fact]
    public void Observe_VirtualServiceMissingWithBaseline_NamesAllThree()
    {
        var view = new Mesh { Baseline = BaselineRole.Required }.And(mesh => mesh.References[0] = new VirtualServiceReference("gone", [])).Observe();

        Blocks(
            view,
            "spec.traffic.istio.virtualServices[0].name: is 'gone', but VirtualService shop/gone does not exist. Create it with a route to subsets 'stable' (weight 100), 'canary' (weight 0) and 'baseline' (weight 0) of checkout.shop.svc.cluster.local, or correct the name");
    }

    private static IstioView Three(string stable, string baseline) =>
        Http($"route: [{{destination: {{host: checkout, subset: stable}}, weight: {stable}}}, {{destination: {{host: checkout, subset: canary}}, weight: 0}}, {{destination: {{host: checkout, subset: {baseline}}}]")
            .And(mesh => mesh.Baseline = BaselineRole.Required).Observe();

    [Fact]
    public void Observe_LoneDestination_SaysThatItsWeightIsIgnored() => Blocks(
        Http("route: [{destination: {host: checkout, subset: stable}, weight: 0}]").Observe(),
        "VirtualService/checkout spec.http[0].route: has one destination only, whose weight Istio ignores: it always gets every request. Add a destination for subset 'canary' of checkout.shop.svc.cluster.local with weight 0, and weight 100 to the one that serves");

    [Fact]
    public void Observe_OneArmMissing_NamesIt() => Blocks(
        Http("route: [{destination: {host: checkout, subset: stable}, weight: 90}, {destination: {host: legacy}, weight: 10}]").Observe(),
        "VirtualService/checkout spec.http[0].route: has no destination for subset 'canary' of checkout.shop.svc.cluster.local. Add it with weight 0");

    [Fact]
    public void Observe_HostIsAnotherService_NamesBoth() => Blocks(
        Http("route: [{destination: {host: checkuot, subset: stable}, weight: 100}, {destination: {host: checkout, subset: canary}, weight: 0}]").Observe(),
        "VirtualService/checkout spec.http[0].route[0].destination.host: is 'checkuot', which is checkuot.shop.svc.cluster.local and not the Rollout's Service. Write checkout.shop.svc.cluster.local, or correct spec.service");

    [Theory]
    [InlineData("checkout.shop")]
    [InlineData("checkout.shop.svc")]
    public void Observe_HostWithNamespaceOnly_SaysThatIstioTakesItLiterally(string host) => Blocks(
        Http($"route: [{{destination: {{host: checkout, subset: stable}}, weight: 100}}, {{destination: {{host: {host}, subset: canary}}, weight: 0}}]").Observe(),
        $"VirtualService/checkout spec.http[0].route[1].destination.host: is '{host}', which Istio takes literally: it completes only names without a dot, so these requests fail (503 NC). Write checkout.shop.svc.cluster.local or checkout");

    [Fact]
    public void Observe_RedirectNamed_SaysThatItHasNoDestinations() => Blocks(
        Http("redirect: {uri: /v1}").Observe(),
        "VirtualService/checkout spec.http[0]: has no destinations (it redirects), so it cannot be split. Name another route, or give it both subsets of checkout.shop.svc.cluster.local");

    [Fact]
    public void Observe_DelegateRootNamed_NamesTheDelegate() => Blocks(
        Http("delegate: {name: checkout-routes, namespace: shop}").Observe(),
        "VirtualService/checkout spec.http[0].delegate: hands the route to VirtualService 'checkout-routes', which holds the weights. Name 'checkout-routes' in the Rollout instead of 'checkout'");

    [Fact]
    public void Observe_DelegateRootWithoutNamedRoutes_NamesTheDelegate() => Blocks(
        Http("delegate: {name: checkout-routes}").WithRoutes().Observe(),
        "VirtualService/checkout spec.http[0].delegate: hands the route to VirtualService 'checkout-routes', which holds the weights. Name 'checkout-routes' in the Rollout instead of 'checkout'");

    [Fact]
    public void Observe_NoRouteHasBothArms_SaysWhatToWrite() => Blocks(
        Http("route: [{destination: {host: checkout}}]").WithRoutes().Observe(),
        ["names no subset"],
        "spec.traffic.istio.virtualServices[0]: VirtualService shop/checkout has no route with destinations for both subsets 'stable' and 'canary' of checkout.shop.svc.cluster.local. Give the route that is to be split both, with weights 100 and 0");

    [Fact]
    public void Observe_NearMissWithoutNamedRoutes_PointsAtTheHost() => Blocks(
        Http("route: [{destination: {host: checkout.shop, subset: stable}, weight: 100}, {destination: {host: checkout, subset: canary}, weight: 0}]").WithRoutes().Observe(),
        "VirtualService/checkout spec.http[0].route[0].destination.host: is 'checkout.shop', which Istio takes literally: it completes only names without a dot, so these requests fail (503 NC). Write checkout.shop.svc.cluster.local or checkout");

    [Fact]
    public void Observe_SeveralRoutesWithBothArmsAndNoneNamed_ListsThem()
    {
        var view = TwoRoutes().Observe();

        Blocks(
            view,
            "spec.traffic.istio.virtualServices[0].routes: names no route, but VirtualService shop/checkout has 2 routes with both subsets: api, primary. Write the http routes that are meant, for example routes: [api, primary]; tls and tcp routes with both subsets always go along");
        Assert.Equal([], view.Traffic.Routes);
    }

    [Fact]
    public void Observe_SecondRouteBecamePossibleAfterAdoption_KeepsTheRecordedOneWithinReach()
    {
        var adopted = new Mesh().WithRoutes().Observe().Traffic.Snapshot;

        var view = TwoRoutes().And(mesh => mesh.Recorded = adopted).Observe();

        Assert.Equal("checkout/primary", Assert.Single(view.Traffic.Routes).Name);
        Assert.Single(view.Traffic.Problems);
    }

    [Fact]
    public void Observe_SubsetTwiceInOneRoute_AsksForOne() => Blocks(
        Http("route: [{destination: {host: checkout, subset: stable}, weight: 50}, {destination: {host: checkout, subset: stable}, weight: 50}, {destination: {host: checkout, subset: canary}}]").Observe(),
        "VirtualService/checkout spec.http[0].route: has several destinations with subset 'stable' of checkout.shop.svc.cluster.local. Keep one of them");

    [Fact]
    public void Observe_BothArmsZero_SaysThatThereIsNothingToSplit() => Blocks(
        Http("route: [{destination: {host: checkout, subset: stable}}, {destination: {host: checkout, subset: canary}, weight: 0}, {destination: {host: legacy}, weight: 100}]").Observe(),
        "VirtualService/checkout spec.http[0].route: gives subsets 'stable' and 'canary' the weight 0 each, so there is nothing to split. Give 'stable' the share that both are to have, for example 100");

    [Theory]
    [InlineData("-1", "-1")]
    [InlineData("1.5", "1.5")]
    [InlineData("\"90\"", "\"90\"")]
    [InlineData("3000000000", "3000000000")]
    public void Observe_WeightIsNoWholeNumber_SaysWhatAWeightIs(string weight, string shown) => Blocks(
        Http($"route: [{{destination: {{host: checkout, subset: stable}}, weight: {weight}}}, {{destination: {{host: checkout, subset: canary}}, weight: 0}}]").Observe(),
        $"VirtualService/checkout spec.http[0].route[0].weight: is {shown}; a weight is a whole number from 0 to 2147483647");

    [Fact]
    public void Observe_WeightsOverflow_SaysTheLimit() => Blocks(
        Http("route: [{destination: {host: checkout, subset: stable}, weight: 2147483647}, {destination: {host: checkout, subset: canary}, weight: 1}]").Observe(),
        "VirtualService/checkout spec.http[0].route: has weights that sum to 2147483648. The two subsets' weights may sum to 2147483647 at most");

    [Theory]
    [InlineData("name: all", "all")]
    [InlineData("name: all\nmatch: [{uri: {prefix: /}}]", "all")]
    [InlineData("match: [{uri: {exact: /a}}, {name: rest, uri: {prefix: /}, ignoreUriCase: true}]", "http[0]")]
    [InlineData("name: all\nmatch: [{headers: {}}]", "all")]
    public void Observe_CatchAllBefore_SaysThatTheRouteIsNeverReached(string first, string title) => Blocks(
        Before(first + "\nroute: [{destination: {host: legacy}}]").Observe(),
        $"VirtualService/checkout spec.http[1]: is never reached: spec.http[0] ('{title}') before it takes every request, and Istio stops there. Move 'primary' before it, or give that route a match");

    [Theory]
    [InlineData("match: [{uri: {prefix: /api}}]\nroute: [{destination: {host: legacy}}]")]
    [InlineData("match: [{uri: {prefix: /}, headers: {x-tester: {}}}]\nroute: [{destination: {host: legacy}}]")]
    [InlineData("match: [{uri: {prefix: /}, sourceLabels: {app: admin}}]\nroute: [{destination: {host: legacy}}]")]
    [InlineData("match: [{gateways: [istio-ingress/public]}]\nroute: [{destination: {host: legacy}}]")]
    [InlineData("match: [{uri: {prefix: /}}]\ndelegate: {name: other}")]
    public void Observe_ConditionalRouteBefore_IsFine(string first) => Assert.Equal([], Before(first).Observe().Traffic.Problems);

    [Fact]
    public void Observe_TcpRouteWithoutMatchBefore_SaysThatTheRouteIsNeverReached() => Blocks(
        new Mesh().WithRoutes().WithSpec(
            """
            hosts: [checkout]
            tcp:
            - route: [{destination: {host: legacy}}]
            - match: [{port: 80}]
              route:
              - {destination: {host: checkout, subset: stable}, weight: 100}
              - {destination: {host: checkout, subset: canary}}
            """).Observe(),
        "VirtualService/checkout spec.tcp[1]: is never reached: spec.tcp[0] ('tcp [0]') before it takes every request, and Istio stops there. Move 'tcp 80' before it, or give that route a match");

    [Fact]
    public void Observe_OlderVirtualServiceForTheHost_SaysThatTheWeightsHaveNoEffect() => Blocks(
        WithRival("2026-01-01T00:00:00Z").Observe(),
        "VirtualService/checkout spec.hosts: holds checkout.shop.svc.cluster.local, for which VirtualService shop/rival is older: sidecars use only the oldest, so the weights in checkout have no effect. Merge the two, or name rival in the Rollout");

    [Fact]
    public void Observe_YoungerVirtualServiceForTheHost_Warns() => Warns(
        WithRival("2026-01-03T00:00:00Z").Observe(),
        "VirtualService/checkout spec.hosts: holds checkout.shop.svc.cluster.local, as does VirtualService shop/rival: sidecars use only the oldest, so rival is ignored. Merge the two");

    [Fact]
    public void Observe_OtherVirtualServiceForGatewaysOnly_IsFine() => Assert.Equal(
        [], WithRival("2026-01-01T00:00:00Z").And(mesh => mesh.VirtualServices[1]["spec"]!["gateways"] = new JsonArray("public")).Observe().Traffic.Problems);

    [Fact]
    public void Observe_HostOfVirtualServiceWithNamespaceOnly_SaysThatIstioTakesItLiterally() => Blocks(
        new Mesh().And(mesh => mesh.VirtualService["spec"]!["hosts"] = new JsonArray("checkout.shop")).Observe(),
        ["none of which applies"],
        "VirtualService/checkout spec.hosts[0]: is 'checkout.shop', which Istio takes literally: it completes only names without a dot, so calls to checkout.shop.svc.cluster.local are not split. Write checkout.shop.svc.cluster.local or checkout");

    [Fact]
    public void Observe_GatewaysWithoutMesh_NotesThatSidecarsIgnoreIt() => Warns(
        new Mesh().And(mesh => mesh.VirtualService["spec"]!["gateways"] = new JsonArray("istio-ingress/public")).Observe(),
        "VirtualService/checkout spec.gateways: does not hold 'mesh', so checkout splits gateway traffic only, and sidecars ignore it. That is fine when nothing in the mesh calls checkout",
        "spec.traffic.istio.virtualServices: holds checkout, none of which applies to calls from within the mesh to checkout.shop.svc.cluster.local: only gateway traffic is split. If workloads call checkout directly, add a VirtualService with hosts: [checkout.shop.svc.cluster.local] and gateway mesh");

    [Fact]
    public void Observe_DelegateWithoutRoot_Warns() => Warns(
        new Mesh().And(mesh => ((JsonObject)mesh.VirtualService["spec"]!).Remove("hosts")).Observe(),
        "VirtualService/checkout spec.hosts: is empty, so checkout only acts where another VirtualService delegates to it, and none in namespace shop does. Check that a root elsewhere has delegate: {name: checkout, namespace: shop}");

    [Fact]
    public void Observe_AnotherRouteWithoutSubset_WarnsOfTheWayAroundTheWeight() => Warns(
        Before("match: [{uri: {prefix: /api}}]\nroute: [{destination: {host: checkout}}]").Observe(),
        "VirtualService/checkout spec.http[0].route[0].destination: names no subset of checkout.shop.svc.cluster.local, so it reaches the candidate's pods too, by their number and not by the weight. Add subset: stable to keep this route on the stable revision");

    [Fact]
    public void Observe_DestinationRuleOfAnotherHost_NamesBoth() => Blocks(
        WithRuleHost("legacy").Observe(),
        "DestinationRule/checkout spec.host: is 'legacy', which is legacy.shop.svc.cluster.local and not the Rollout's Service. Write checkout.shop.svc.cluster.local, or name another DestinationRule in spec.traffic.istio.destinationRule.name");

    [Fact]
    public void Observe_DestinationRuleHostWithNamespaceOnly_SaysThatIstioTakesItLiterally() => Blocks(
        WithRuleHost("checkout.shop").Observe(),
        "DestinationRule/checkout spec.host: is 'checkout.shop', which Istio takes literally: it completes only names without a dot, so the subsets belong to no Service. Write checkout.shop.svc.cluster.local or checkout");

    [Fact]
    public void Observe_DestinationRuleWithWildcardHost_Refuses() => Blocks(
        WithRuleHost("'*.shop.svc.cluster.local'").Observe(),
        "DestinationRule/checkout spec.host: is '*.shop.svc.cluster.local', which covers more than checkout.shop.svc.cluster.local: its subsets cannot be pointed at one workload. Name a DestinationRule of this Service, or one that does not exist yet");

    [Fact]
    public void Observe_SubsetMissingAndNoSelectorToMakeItFrom_SaysWhatToAdd() => Blocks(
        new Mesh().And(mesh =>
        {
            mesh.DestinationRule!["spec"]!["subsets"]!.AsArray().RemoveAt(1);
            ((JsonObject)mesh.Service!["spec"]!).Remove("selector");
        }).Observe(),
        "DestinationRule/checkout spec.subsets: has no subset 'canary', and it cannot be added, because Service shop/checkout has no selector to take its labels from. Add - name: canary with the pods' labels",
        "Service/checkout spec.selector: is empty, so the Service's endpoints carry no pod labels that a subset could select. Add the labels of the Deployment's pods");

    [Fact]
    public void Observe_SubsetMissingButServiceHasSelector_IsFine() => Assert.Equal(
        [], new Mesh().And(mesh => mesh.DestinationRule!["spec"]!["subsets"]!.AsArray().RemoveAt(1)).Observe().Traffic.Problems);

    [Fact]
    public void Observe_DestinationRuleMissing_IsFine()
    {
        var view = new Mesh().And(mesh => mesh.DestinationRule = null).Observe();

        Assert.Equal([], view.Traffic.Problems);
        Assert.Null(view.Traffic.StableSubset);
        Assert.NotNull(view.Traffic.Snapshot);
    }

    [Fact]
    public void Observe_OlderDestinationRuleWithTheSameSubsets_SaysThatIstioKeepsTheOldest() => Blocks(
        WithOtherRule("2026-01-01T00:00:00Z", "{name: canary}").Observe(),
        "spec.traffic.istio.destinationRule.name: is 'checkout', but DestinationRule shop/other is older and has subset 'canary' for checkout.shop.svc.cluster.local: Istio keeps the oldest. Write 'other' here, or remove the subsets there");

    [Fact]
    public void Observe_OtherDestinationRuleWhenOursIsToBeCreated_NamesIt() => Blocks(
        WithOtherRule("2026-01-03T00:00:00Z", "{name: stable}, {name: canary}").And(mesh => mesh.DestinationRule = null).Observe(),
        "spec.traffic.istio.destinationRule.name: is 'checkout', but DestinationRule shop/other is older and has subset 'stable' and 'canary' for checkout.shop.svc.cluster.local: Istio keeps the oldest. Write 'other' here, or remove the subsets there");

    [Fact]
    public void Observe_YoungerDestinationRuleWithTheSameSubsets_Warns() => Warns(
        WithOtherRule("2026-01-03T00:00:00Z", "{name: canary}").Observe(),
        "DestinationRule/other spec.subsets: has subset 'canary' for checkout.shop.svc.cluster.local too, which Istio drops in favour of the older checkout. Remove them from other");

    [Fact]
    public void Observe_OtherDestinationRuleWithOtherSubsets_Warns() => Warns(
        WithOtherRule("2026-01-03T00:00:00Z", "{name: beta}").Observe(),
        "DestinationRule/other spec.host: is checkout.shop.svc.cluster.local too: Istio merges it with checkout, and the older one's trafficPolicy applies to both. Keep one DestinationRule per host");

    [Fact]
    public void Observe_ServiceMissing_SaysSo() => Blocks(
        new Mesh().And(mesh => mesh.Service = null).Observe(), "spec.service: is 'checkout', but Service shop/checkout does not exist. Create it, or correct the name");

    [Fact]
    public void Observe_ExternalNameService_SaysThatWeightsHaveNoEffect() => Blocks(
        WithService("type: ExternalName\nexternalName: example.com").Observe(),
        "Service/checkout spec.type: is ExternalName, which has no pods to split requests between, so weights have no effect. Write ClusterIP and a selector");

    [Fact]
    public void Observe_HeadlessService_SaysThatWeightsHaveNoEffect() => Blocks(
        WithService("clusterIP: None\nselector: {app: checkout}\nports: [{name: http, port: 80}]").Observe(),
        "Service/checkout spec.clusterIP: is None (headless): clients pick a pod themselves, so weights have no effect. Use a Service with a cluster IP");

    [Fact]
    public void Observe_ServiceThatSelectsOneRevision_SaysThatItHidesTheCandidate() => Blocks(
        WithService("selector: {app: checkout, pod-template-hash: h1}\nports: [{name: http, port: 80}]").Observe(),
        "Service/checkout spec.selector: holds pod-template-hash: h1, so it never selects the candidate's pods. Remove that label");

    [Fact]
    public void Observe_SeveralPortsAndNoneNamedInTheRoute_AsksForThePortOfEachArm() => Blocks(
        WithService("selector: {app: checkout}\nports: [{name: http, port: 80}, {name: http-admin, port: 8080}]").Observe(),
        "VirtualService/checkout spec.http[0].route[0].destination.port: is absent, but Service shop/checkout has the ports 80, 8080 (IST0112). Write which one is meant, for example port: {number: 80}",
        "VirtualService/checkout spec.http[0].route[1].destination.port: is absent, but Service shop/checkout has the ports 80, 8080 (IST0112). Write which one is meant, for example port: {number: 80}");

    [Fact]
    public void Observe_PortThatTheServiceLacks_ListsThoseItHas() => Blocks(
        Http("route: [{destination: {host: checkout, subset: stable, port: {number: 80}}, weight: 100}, {destination: {host: checkout, subset: canary, port: {number: 8080}}}]").Observe(),
        "VirtualService/checkout spec.http[0].route[1].destination.port.number: is 8080, which Service shop/checkout does not have, so these requests fail (503 NC). Write one of 80");

    [Theory]
    [InlineData("name: tcp-web", "is named 'tcp-web'", "tcp")]
    [InlineData("name: https", "is named 'https'", "https")]
    [InlineData("name: http, appProtocol: redis", "has appProtocol 'redis'", "redis")]
    public void Observe_PortDeclaredAsAnotherProtocol_SaysThatHttpRoutesHaveNoEffect(string port, string said, string protocol) => Blocks(
        WithPort(port).Observe(),
        $"Service/checkout spec.ports[80]: {said}, so sidecars treat it as {protocol} and http routes have no effect on it. Write appProtocol: http (or a name that begins with http-), or split it by a tcp or tls route");

    [Theory]
    [InlineData("protocol: TCP", "is named nothing and has no appProtocol")]
    [InlineData("name: web", "is named 'web' and has no appProtocol")]
    [InlineData("name: web, appProtocol: example.com/thing", "is named 'web' and has appProtocol 'example.com/thing'")]
    public void Observe_PortWithoutProtocol_WarnsThatProxiesGuess(string port, string said) => Warns(
        WithPort(port).Observe(), $"Service/checkout spec.ports[80]: {said}, so proxies guess whether it speaks http. Write appProtocol: http, or a name that begins with http-");

    [Theory]
    [InlineData("name: http-web")]
    [InlineData("name: grpc")]
    [InlineData("name: http2-api")]
    [InlineData("name: tcp-web, appProtocol: http")]
    [InlineData("name: web, appProtocol: kubernetes.io/h2c")]
    public void Observe_PortDeclaredAsHttp_IsFine(string port)
    {
        var view = WithPort(port).Observe();

        Assert.Equal([], view.Traffic.Problems);
        Assert.Equal([], view.Warnings);
    }

    [Fact]
    public void Observe_TcpPortBehindGatewayOnly_IsFine() => Assert.Equal(
        [], WithPort("name: tcp-web").And(mesh => mesh.VirtualService["spec"]!["gateways"] = new JsonArray("public")).Observe().Traffic.Problems);

    [Theory]
    [InlineData("[]")]
    [InlineData("{http: nothing}")]
    [InlineData("{http: [1, null, {route: 5}, {name: primary, route: [{destination: 3}, null]}], hosts: 7, tcp: {a: 1}}")]
    public void Observe_SpecOfAnotherShape_IsAProblemAndNoException(string spec)
    {
        var mesh = new Mesh();
        mesh.VirtualService["spec"] = MeshYaml.One($"value: {spec}")["value"]!.DeepClone();

        Assert.NotEmpty(mesh.Observe().Traffic.Problems);
    }

    private static Mesh Http(string route)
    {
        var mesh = new Mesh();
        var item = MeshYaml.One(route);
        item["name"] = "primary";
        mesh.VirtualService["spec"]!["http"]![0] = item;
        return mesh;
    }

    private static Mesh Before(string route) => new Mesh().And(mesh => mesh.VirtualService["spec"]!["http"]!.AsArray().Insert(0, MeshYaml.One(route)));

    private static Mesh TwoRoutes() => new Mesh().WithRoutes().And(mesh =>
    {
        var api = mesh.VirtualService["spec"]!["http"]![0]!.DeepClone();
        api["name"] = "api";
        api["match"] = new JsonArray(MeshYaml.One("uri: {prefix: /api}"));
        mesh.VirtualService["spec"]!["http"]!.AsArray().Insert(0, api);
    });

    private static Mesh WithRival(string created) => new Mesh().And(mesh => mesh.VirtualServices.Add(MeshYaml.One(
        $$"""
        metadata: {name: rival, namespace: shop, creationTimestamp: "{{created}}"}
        spec:
          hosts: [checkout]
          http:
          - route: [{destination: {host: legacy} }]
        """)));

    private static Mesh WithRuleHost(string host) => new Mesh().And(mesh => mesh.DestinationRule!["spec"]!["host"] = MeshYaml.One($"host: {host}")["host"]!.DeepClone());

    private static Mesh WithOtherRule(string created, string subsets) => new Mesh().And(mesh => mesh.OtherDestinationRules.Add(MeshYaml.One(
        $$"""
        metadata: {name: other, namespace: shop, creationTimestamp: "{{created}}"}
        spec:
          host: checkout.shop.svc.cluster.local
          subsets: [{{subsets}}]
        """)));

    private static Mesh WithService(string spec) => new Mesh().And(mesh => mesh.Service!["spec"] = MeshYaml.One(spec));

    private static Mesh WithPort(string port) => WithService($"selector: {{app: checkout}}\nports: [{{port: 80, {port}}}]");

    private static void Blocks(IstioView view, params string[] problems) => Blocks(view, [], problems);

    private static void Blocks(IstioView view, string[] alsoWarned, params string[] problems)
    {
        Assert.Equal(problems, Lines(view.Traffic.Problems));
        Assert.Equal(alsoWarned.Length, view.Warnings.Count);
        Assert.All(alsoWarned.Zip(Lines(view.Warnings)), pair => Assert.Contains(pair.First, pair.Second, StringComparison.Ordinal));
    }

    private static void Warns(IstioView view, params string[] warnings)
    {
        Assert.Equal([], view.Traffic.Problems);
        Assert.Equal(warnings, Lines(view.Warnings));
    }

    private static IEnumerable<string> Lines(IEnumerable<Problem> problems) => problems.Select(problem => problem.ToString());
}
