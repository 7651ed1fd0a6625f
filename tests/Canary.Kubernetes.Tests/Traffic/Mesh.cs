using System.Text.Json.Nodes;
using Canary.Core;
using Canary.Kubernetes.Traffic;

namespace Canary.Kubernetes.Tests.Traffic;

/// <summary>A namespace <c>shop</c> with the Service <c>checkout</c>, in order; tests change one thing.</summary>
internal sealed class Mesh
{
    public const string VirtualServiceText =
        """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: checkout, namespace: shop, resourceVersion: "7", creationTimestamp: "2026-01-02T00:00:00Z"}
        spec:
          hosts: [checkout.shop.svc.cluster.local]
          http:
          - name: primary
            route:
            - {destination: {host: checkout, subset: stable}, weight: 100}
            - {destination: {host: checkout, subset: canary}, weight: 0}
        """;

    public const string DestinationRuleText =
        """
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: checkout, namespace: shop, resourceVersion: "8", creationTimestamp: "2026-01-02T00:00:00Z"}
        spec:
          host: checkout
          trafficPolicy: {loadBalancer: {simple: LEAST_REQUEST}}
          subsets:
          - {name: stable, labels: {app: checkout}}
          - {name: canary, labels: {app: checkout}}
        """;

    public const string ServiceText =
        """
        apiVersion: v1
        kind: Service
        metadata: {name: checkout, namespace: shop}
        spec:
          clusterIP: 10.0.0.7
          selector: {app: checkout}
          ports: [{name: http, port: 80, targetPort: 8080}]
        """;

    public List<JsonObject> VirtualServices { get; } = [MeshYaml.One(VirtualServiceText)];

    public JsonObject VirtualService => VirtualServices[0];

    public JsonObject? DestinationRule { get; set; } = MeshYaml.One(DestinationRuleText);

    public List<JsonObject> OtherDestinationRules { get; } = [];

    public JsonObject? Service { get; set; } = MeshYaml.One(ServiceText);

    public List<VirtualServiceReference> References { get; } = [new("checkout", ["primary"])];

    public string? Recorded { get; set; }

    public BaselineRole Baseline { get; set; }

    public IstioTarget Target => new(new TrafficSpec { VirtualServices = References.ToValueList(), DestinationRule = "checkout" }, "shop", "checkout") { Baseline = Baseline };

    public IstioObjects Objects => new()
    {
        VirtualService = name => VirtualServices.Find(one => one.Name() == name),
        DestinationRule = DestinationRule,
        Service = Service,
        VirtualServices = VirtualServices,
        DestinationRules = [.. OtherDestinationRules.Concat(DestinationRule is null ? [] : [DestinationRule])],
        Recorded = Recorded,
    };

    public IstioView Observe() => IstioTraffic.Observe(Target, Objects);

    /// <summary>Replaces the VirtualService by the same with other routes.</summary>
    public Mesh WithSpec(string spec)
    {
        VirtualService["spec"] = MeshYaml.One(spec);
        return this;
    }

    public Mesh WithRoutes(params string[] routes)
    {
        References[0] = new VirtualServiceReference("checkout", [.. routes]);
        return this;
    }

    public Mesh And(Action<Mesh> change)
    {
        change(this);
        return this;
    }
}
