using System.Text.Json.Nodes;
using Canary.Kubernetes.Json;

namespace Canary.Scenarios.Mesh;

/// <summary>A VirtualService and a DestinationRule with much in them that is not Canary's.</summary>
internal static class RichMesh
{
    /// <summary>The weight of a third destination on the managed route, which keeps it.</summary>
    public const int Third = 20;

    public const string Yaml = """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata:
          name: checkout
          namespace: NAMESPACE
          labels: {team: payments, "argocd.argoproj.io/instance": shop}
          annotations: {note: "keep \u00e9 and spaces  ", "example.com/ratio": "1.50"}
        spec:
          hosts: [checkout, checkout.example.com]
          gateways: [mesh, istio-system/public]
          exportTo: ["."]
          http:
            - name: primary
              match: [{headers: {x-tier: {exact: gold}}}, {uri: {prefix: /}}]
              timeout: 5s
              retries: {attempts: 2, perTryTimeout: 1.50s, retryOn: "5xx,reset"}
              headers: {request: {set: {x-a: "1"}, remove: [x-b]}, response: {add: {x-c: "2"}}}
              corsPolicy: {allowOrigins: [{exact: "https://example.com"}], maxAge: 24h}
              route:
                - {destination: {host: checkout, subset: stable, port: {number: 80}}, weight: 80, headers: {request: {set: {x-arm: stable}}}}
                - {destination: {host: checkout, subset: canary, port: {number: 80}}, weight: 0, headers: {response: {set: {x-arm: canary}}}}
                - {destination: {host: checkout, subset: legacy}, weight: 20}
            - name: chaos
              match: [{uri: {prefix: /chaos}}]
              fault: {delay: {percentage: {value: 0.10}, fixedDelay: 5s}, abort: {percentage: {value: 1}, httpStatus: 503}}
              route: [{destination: {host: checkout, subset: legacy}}]
            - name: old
              match: [{uri: {exact: /v0}}]
              redirect: {uri: /, authority: example.com, redirectCode: 302}
          tls:
            - match: [{port: 443, sniHosts: [checkout.example.com]}]
              route: [{destination: {host: checkout, subset: legacy}, weight: 60}, {destination: {host: other}, weight: 40}]
        ---
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata:
          name: checkout
          namespace: NAMESPACE
          labels: {team: payments}
          annotations: {owner: "somebody else"}
        spec:
          host: checkout
          trafficPolicy:
            loadBalancer: {simple: LEAST_REQUEST, warmup: {duration: 30s}}
            outlierDetection: {consecutive5xxErrors: 7, interval: 5m, baseEjectionTime: 15m}
            tls: {mode: ISTIO_MUTUAL}
          subsets:
            - {name: stable, labels: {app: checkout, tier: web}, trafficPolicy: {connectionPool: {http: {http2MaxRequests: 10}}}}
            - {name: canary, labels: {app: checkout}}
            - {name: legacy, labels: {app: checkout, version: v0}, trafficPolicy: {loadBalancer: {consistentHash: {httpCookie: {name: user, ttl: 0s}}}}}
        """;

    /// <summary>What is left of an object without what the engine may change, and without the server's own bookkeeping: as canonical text.</summary>
    public static string Foreign(JsonObject item)
    {
        var rest = item.DeepClone().AsObject();
        var metadata = rest["metadata"]!.AsObject();
        foreach (var field in new[] { "resourceVersion", "generation", "managedFields" })
        {
            metadata.Remove(field);
        }

        var spec = rest["spec"]!;
        foreach (var destination in spec["http"]?[0]?["route"]?.AsArray().Take(2) ?? [])
        {
            destination!["weight"] = "managed";
        }

        foreach (var subset in spec["subsets"]?.AsArray().Take(2) ?? [])
        {
            subset!["labels"]!.AsObject().Remove("pod-template-hash");
        }

        return CanonicalJson.Write(rest);
    }
}
