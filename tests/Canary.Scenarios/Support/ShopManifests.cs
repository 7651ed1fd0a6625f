namespace Canary.Scenarios.Support;

/// <summary>The manifests of one shop.</summary>
/// <param name="Steps">The plan, as YAML on one line.</param>
internal sealed record ShopManifests(string Steps)
{
    public int Replicas { get; init; } = 2;

    public int Propagation { get; init; } = 50;

    /// <summary>Further fields of spec.analysis, as YAML on one line, such as <c>templates: [...]</c>.</summary>
    public string Analysis { get; init; } = "";

    /// <summary>Further fields of spec, as YAML on one line.</summary>
    public string More { get; init; } = "rollback: {revertTemplate: false}";

    /// <summary>The VirtualService and the DestinationRule, when they are not the plain ones.</summary>
    public string? Mesh { get; init; }

    /// <summary>A template named <c>judge</c>: the error rate of the pods' own metrics.</summary>
    public string Template(string ns) => $$"""
        apiVersion: canary.dev/v1alpha1
        kind: AnalysisTemplate
        metadata: {name: judge, namespace: {{ns}}}
        spec:
          metrics:
            - name: errors
              errorRate:
                requests: ['istio_requests_total{reporter="destination"}']
                errors: ['istio_requests_total{reporter="destination",response_code=~"5.."}']
                acceptDifference: "0.05"
        """;

    public string Text(string ns) => $$$"""
        apiVersion: v1
        kind: Namespace
        metadata: {name: {{{ns}}}}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: checkout, namespace: {{{ns}}}, labels: {app: checkout}}
        spec:
          replicas: {{{Replicas}}}
          selector: {matchLabels: {app: checkout}}
          template:
            metadata: {labels: {app: checkout}}
            spec:
              containers: [{name: checkout, image: "shop/checkout:v1", ports: [{name: http, containerPort: 8080}]}]
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: checkout, namespace: {{{ns}}}}
        spec:
          selector: {app: checkout}
          ports: [{name: http, port: 80, targetPort: http}]
        ---
        {{{(Mesh ?? PlainMesh).Replace("NAMESPACE", ns, StringComparison.Ordinal)}}}
        ---
        {{{Template(ns)}}}
        ---
        apiVersion: canary.dev/v1alpha1
        kind: Rollout
        metadata: {name: checkout, namespace: {{{ns}}}}
        spec:
          workloadRef: {name: checkout}
          service: checkout
          traffic: {istio: {virtualServices: [{name: checkout, routes: [primary]}], destinationRule: {name: checkout}, propagation: {{{Propagation}}}ms}}
          strategy: {canary: {steps: {{{Steps}}}}}
          analysis: {interval: 200ms, warmUp: 0s, {{{Analysis}}}}
          scaleDownDelay: 200ms
          {{{More}}}
        """;

    /// <summary>As the plain ones, with a third destination for a fresh baseline.</summary>
    public const string MeshWithBaseline = """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: checkout, namespace: NAMESPACE}
        spec:
          hosts: [checkout]
          http:
            - name: primary
              route:
                - {destination: {host: checkout, subset: stable}, weight: 100}
                - {destination: {host: checkout, subset: canary}, weight: 0}
                - {destination: {host: checkout, subset: baseline}, weight: 0}
        ---
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: checkout, namespace: NAMESPACE}
        spec:
          host: checkout
          subsets:
            - {name: stable, labels: {app: checkout}}
            - {name: canary, labels: {app: checkout}}
            - {name: baseline, labels: {app: checkout}}
        """;

    private const string PlainMesh = """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: checkout, namespace: NAMESPACE}
        spec:
          hosts: [checkout]
          http:
            - name: primary
              route:
                - {destination: {host: checkout, subset: stable}, weight: 100}
                - {destination: {host: checkout, subset: canary}, weight: 0}
        ---
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: checkout, namespace: NAMESPACE}
        spec:
          host: checkout
          subsets:
            - {name: stable, labels: {app: checkout}}
            - {name: canary, labels: {app: checkout}}
        """;
}
