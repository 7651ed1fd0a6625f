using System.Text.Json.Nodes;
using Canary.Sandbox.ApiServer;

namespace Canary.Contract.Support;

/// <summary>Objects that several tests send.</summary>
internal static class Samples
{
    public const string WidgetGroup = "example.dev";

    public const string WidgetDefinitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    public const string WidgetDefinition =
        """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: widgets.example.dev}
        spec:
          group: example.dev
          scope: Namespaced
          names: {plural: widgets, singular: widget, kind: Widget, listKind: WidgetList, shortNames: [wd]}
          versions:
            - name: v1
              served: true
              storage: true
              subresources:
                status: {}
                scale: {specReplicasPath: .spec.replicas, statusReplicasPath: .status.replicas, labelSelectorPath: .status.selector}
              schema: &schema
                openAPIV3Schema:
                  type: object
                  properties:
                    spec:
                      type: object
                      required: [mode]
                      properties:
                        mode: {type: string, enum: [fast, slow]}
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
            - name: v1alpha1
              served: true
              storage: false
              subresources: {status: {}}
              schema: *schema
        """;

    public static string ConfigMap(string name, string labels = "{}") =>
        $$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{name}}","labels":{{labels}} },"data":{"a":"1"} }""";

    public static string Widget(string name, string spec = """{"mode":"fast"}""") =>
        $$"""{"apiVersion":"example.dev/v1","kind":"Widget","metadata":{"name":"{{name}}"},"spec":{{spec}} }""";

    /// <param name="replicas">How many pods.</param>
    /// <param name="more">Further fields of spec, each with a comma behind it.</param>
    public static string Deployment(int replicas = 2, string more = "") =>
        $$$"""
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","labels":{"app":"web"}},
         "spec":{"replicas":{{{replicas}}},{{{more}}}"selector":{"matchLabels":{"app":"web"}},"template":
        """ + """
          {"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"app","image":"shop/web:v1"},{"name":"side","image":"shop/side:v1"}]}}}}
        """;

    /// <summary>An owner reference to an object as the API returned it.</summary>
    public static string Reference(JsonObject owner) => new JsonObject
    {
        ["apiVersion"] = owner.Text("apiVersion"),
        ["kind"] = owner.Text("kind"),
        ["name"] = owner.Text("metadata", "name"),
        ["uid"] = owner.Text("metadata", "uid"),
        ["blockOwnerDeletion"] = true,
    }.ToJsonString();

    /// <summary>Serves the kind Widget; once for each server, however often it is asked.</summary>
    public static async Task ServeWidgetsAsync(Place place)
    {
        var (code, answer) = await place.SendAsync("POST", WidgetDefinitions, YamlTree.ParseAll(WidgetDefinition).Single()!.ToJsonString());
        if (code is not (201 or 409))
        {
            throw new InvalidOperationException(answer.ToJsonString());
        }

        await place.UntilAsync($"{WidgetDefinitions}/widgets.example.dev", (_, definition) => Definitions.IsEstablished(definition), "it is established");
        await place.UntilAsync(place.Of(WidgetGroup, "v1", "widgets"), (served, _) => served == 200, "widgets are served");
    }
}
