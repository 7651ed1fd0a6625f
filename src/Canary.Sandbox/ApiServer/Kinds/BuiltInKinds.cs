using k8s.Models;

namespace Canary.Sandbox.ApiServer;

/// <summary>The resources that the server has from the start.</summary>
internal static class BuiltInKinds
{
    private static readonly string[] All = ["all"];
    private static readonly string[] ReferenceFields = ["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"];

    public static IEnumerable<ResourceKind> Create() =>
    [
        Kind("", "v1", "namespaces", "Namespace", typeof(V1Namespace), status: true, namespaced: false, shortNames: ["ns"], behaviour: new()
        {
            Default = CoreDefaults.Namespace,
            PrepareForCreate = CoreDefaults.PrepareNamespace,
            CheckName = NameRules.DnsLabel,
            SelectableFields = ["status.phase", "name"],
        }),
        Kind("", "v1", "nodes", "Node", typeof(V1Node), status: true, namespaced: false, shortNames: ["no"], behaviour: new() { SelectableFields = ["spec.unschedulable"] }),
        Kind("", "v1", "pods", "Pod", typeof(V1Pod), status: true, shortNames: ["po"], categories: All, generation: true, behaviour: new()
        {
            Default = PodDefaults.Pod,
            PrepareForCreate = CoreDefaults.PreparePod,
            Validate = WorkloadRules.Pod,
            SelectableFields = ["spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork", "status.phase", "status.podIP", "status.nominatedNodeName"],
        }),
        Kind("", "v1", "services", "Service", typeof(V1Service), status: true, shortNames: ["svc"], categories: All, behaviour: new()
        {
            Default = ServiceDefaults.Service,
            Validate = ServiceRules.Service,
            CheckName = NameRules.DnsLabel1035,
            SelectableFields = ["spec.clusterIP", "spec.type"],
        }),
        Kind("", "v1", "endpoints", "Endpoints", typeof(V1Endpoints), shortNames: ["ep"], singular: "endpoints", behaviour: new() { Default = ServiceDefaults.Endpoints }),
        Kind("", "v1", "configmaps", "ConfigMap", typeof(V1ConfigMap), shortNames: ["cm"]),
        Kind("", "v1", "secrets", "Secret", typeof(V1Secret), behaviour: new() { Default = CoreDefaults.Secret, SelectableFields = ["type"] }),
        Kind("", "v1", "serviceaccounts", "ServiceAccount", typeof(V1ServiceAccount), shortNames: ["sa"]),
        Kind("", "v1", "events", "Event", typeof(Corev1Event), shortNames: ["ev"], behaviour: new() { Default = CoreDefaults.Event, SelectableFields = EventFields("involvedObject") }),
        Kind("events.k8s.io", "v1", "events", "Event", typeof(Eventsv1Event), shortNames: ["ev"], sharesStoreOf: "events", behaviour: new() { SelectableFields = EventFields("regarding") }),
        Kind("apps", "v1", "deployments", "Deployment", typeof(V1Deployment), status: true, scale: true, shortNames: ["deploy"], categories: All, generation: true, behaviour: new()
        {
            Default = WorkloadDefaults.Deployment,
            GenerationCountsAnnotations = true,
            Validate = WorkloadRules.Deployment,
        }),
        Kind("apps", "v1", "replicasets", "ReplicaSet", typeof(V1ReplicaSet), status: true, scale: true, shortNames: ["rs"], categories: All, generation: true, behaviour: new()
        {
            Default = WorkloadDefaults.ReplicaSet,
            PrepareForCreate = created => created["status"] = new System.Text.Json.Nodes.JsonObject { ["replicas"] = 0L },
            Validate = WorkloadRules.ReplicaSet,
            SelectableFields = ["status.replicas"],
        }),
        new()
        {
            Group = "autoscaling", Plural = "horizontalpodautoscalers", Singular = "horizontalpodautoscaler", Kind = "HorizontalPodAutoscaler",
            ShortNames = ["hpa"], Categories = All,
            Versions =
            [
                Version("v2", typeof(V2HorizontalPodAutoscaler), "horizontalpodautoscalers", storage: true, status: true),
                Version("v1", typeof(V1HorizontalPodAutoscaler), "horizontalpodautoscalers", status: true),
            ],
        },
        Kind("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", typeof(V1EndpointSlice), generation: true),
        Kind("coordination.k8s.io", "v1", "leases", "Lease", typeof(V1Lease), unconditional: false),
        Kind("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", typeof(V1PodDisruptionBudget), status: true, shortNames: ["pdb"], generation: true),
        Kind("batch", "v1", "jobs", "Job", typeof(V1Job), status: true, categories: All, generation: true, behaviour: new() { Default = WorkloadDefaults.Job, SelectableFields = ["status.successful"] }),
        Kind("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", typeof(V1CustomResourceDefinition), status: true, namespaced: false,
            shortNames: ["crd", "crds"], categories: ["api-extensions"], generation: true, behaviour: new()
            {
                Default = CustomResourceDefinitions.Default,
                PrepareForCreate = CustomResourceDefinitions.SetStatus,
                Validate = CustomResourceDefinitions.Validate,
            }),
    ];

    private static ResourceKind Kind(
        string group,
        string version,
        string plural,
        string kind,
        Type model,
        bool status = false,
        bool scale = false,
        bool namespaced = true,
        bool generation = false,
        bool unconditional = true,
        string[]? shortNames = null,
        string[]? categories = null,
        string? singular = null,
        string? sharesStoreOf = null,
        KindBehaviour? behaviour = null) => new()
        {
            Group = group,
            Plural = plural,
            Singular = singular ?? kind.ToLowerInvariant(),
            Kind = kind,
            ListKind = kind + "List",
            Namespaced = namespaced,
            TracksGeneration = generation,
            AllowsUnconditionalUpdate = unconditional,
            ShortNames = shortNames ?? [],
            Categories = categories ?? [],
            SharesStoreOf = sharesStoreOf,
            Behaviour = behaviour ?? KindBehaviour.None,
            Versions = [Version(version, model, plural, storage: true, status, scale)],
        };

    private static ResourceVersion Version(string name, Type model, string plural, bool storage = false, bool status = false, bool scale = false) => new()
    {
        Name = name,
        IsStorage = storage,
        HasStatus = status,
        Scale = scale ? new ScalePaths("spec.replicas", "status.replicas", null) : null,
        Schema = ModelSchemas.For(model),
        Columns = BuiltInColumns.For(plural),
    };

    private static string[] EventFields(string prefix) =>
    [
        .. ReferenceFields.Select(name => $"{prefix}.{name}"),
        "reason", "reportingComponent", "reportingController", "source", "type",
    ];
}
