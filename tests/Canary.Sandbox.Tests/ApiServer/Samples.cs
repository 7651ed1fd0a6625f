namespace Canary.Sandbox.ApiServer;

/// <summary>Objects and paths that several tests use.</summary>
internal static class Samples
{
    public const string Deployments = "/apis/apps/v1/namespaces/default/deployments";
    public const string ReplicaSets = "/apis/apps/v1/namespaces/default/replicasets";
    public const string ConfigMaps = "/api/v1/namespaces/default/configmaps";
    public const string VirtualServices = "/apis/networking.istio.io/v1/namespaces/default/virtualservices";
    public const string Widgets = "/apis/example.dev/v1/namespaces/default/widgets";

    public const string Deployment =
        """
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","labels":{"app":"web"}},
         "spec":{"replicas":2,"selector":{"matchLabels":{"app":"web"}},
          "template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"app","image":"shop/web:v1"},{"name":"side","image":"side:1"}]}}}}
        """;

    public const string WidgetDefinition =
        """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: widgets.example.dev}
        spec:
          group: example.dev
          scope: Namespaced
          names: {plural: widgets, kind: Widget, shortNames: [wd]}
          versions:
            - name: v1
              served: true
              storage: true
              subresources:
                status: {}
                scale: {specReplicasPath: .spec.replicas, statusReplicasPath: .status.replicas, labelSelectorPath: .status.selector}
              additionalPrinterColumns:
                - {name: Mode, type: string, jsonPath: .spec.mode}
                - {name: Ready, type: string, jsonPath: '.status.conditions[?(@.type=="Ready")].status'}
                - {name: Age, type: date, jsonPath: .metadata.creationTimestamp}
              schema:
                openAPIV3Schema:
                  type: object
                  description: A widget for tests.
                  properties:
                    spec:
                      type: object
                      required: [mode]
                      properties:
                        mode: {type: string, enum: [fast, slow], description: How it goes.}
                        replicas: {type: integer, format: int32, minimum: 0, maximum: 10, default: 1}
                        steps:
                          type: array
                          maxItems: 3
                          items: {type: object, properties: {weight: {type: integer, minimum: 0, maximum: 100}}}
                        ports:
                          type: array
                          x-kubernetes-list-type: map
                          x-kubernetes-list-map-keys: [name]
                          items: {type: object, required: [name], properties: {name: {type: string}, port: {x-kubernetes-int-or-string: true}}}
                        pattern: {type: string, pattern: '^[a-z]+$'}
                        free: {type: object, x-kubernetes-preserve-unknown-fields: true}
                    status:
                      type: object
                      x-kubernetes-preserve-unknown-fields: true
        """;

    public static string Widget(string name, string spec = """{"mode":"fast"}""") =>
        $$"""{"apiVersion":"example.dev/v1","kind":"Widget","metadata":{"name":"{{name}}"},"spec":{{spec}} }""";

    public static string ConfigMap(string name, string labels = "{}") =>
        $$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{name}}","labels":{{labels}} },"data":{"a":"1"} }""";
}
