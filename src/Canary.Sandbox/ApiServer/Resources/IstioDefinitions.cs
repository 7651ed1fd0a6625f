namespace Canary.Sandbox.ApiServer;

/// <summary>
/// The two Istio kinds that the engine writes, with no more than it takes to store them: names, versions, and any spec.
/// Written for the sandbox; a real cluster uses Istio's own definitions.
/// </summary>
internal static class IstioDefinitions
{
    public const string Yaml =
        """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata:
          name: virtualservices.networking.istio.io
        spec:
          group: networking.istio.io
          scope: Namespaced
          names:
            plural: virtualservices
            singular: virtualservice
            kind: VirtualService
            listKind: VirtualServiceList
            shortNames: [vs]
            categories: [istio-io, networking-istio-io]
          versions:
            - name: v1
              served: true
              storage: true
              subresources: {status: {}}
              additionalPrinterColumns: &virtualServiceColumns
                - {name: Gateways, type: string, jsonPath: .spec.gateways}
                - {name: Hosts, type: string, jsonPath: .spec.hosts}
                - {name: Age, type: date, jsonPath: .metadata.creationTimestamp}
              schema: &anySpec
                openAPIV3Schema:
                  type: object
                  properties:
                    spec: {type: object, x-kubernetes-preserve-unknown-fields: true}
                    status: {type: object, x-kubernetes-preserve-unknown-fields: true}
            - name: v1beta1
              served: true
              storage: false
              subresources: {status: {}}
              additionalPrinterColumns: *virtualServiceColumns
              schema: *anySpec
        ---
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata:
          name: destinationrules.networking.istio.io
        spec:
          group: networking.istio.io
          scope: Namespaced
          names:
            plural: destinationrules
            singular: destinationrule
            kind: DestinationRule
            listKind: DestinationRuleList
            shortNames: [dr]
            categories: [istio-io, networking-istio-io]
          versions:
            - name: v1
              served: true
              storage: true
              subresources: {status: {}}
              additionalPrinterColumns: &destinationRuleColumns
                - {name: Host, type: string, jsonPath: .spec.host}
                - {name: Age, type: date, jsonPath: .metadata.creationTimestamp}
              schema: &anyRule
                openAPIV3Schema:
                  type: object
                  properties:
                    spec: {type: object, x-kubernetes-preserve-unknown-fields: true}
                    status: {type: object, x-kubernetes-preserve-unknown-fields: true}
            - name: v1beta1
              served: true
              storage: false
              subresources: {status: {}}
              additionalPrinterColumns: *destinationRuleColumns
              schema: *anyRule
        """;
}
