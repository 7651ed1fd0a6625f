using System.Collections.Frozen;

namespace Canary.Sandbox.ApiServer;

/// <summary>
/// The structure of built-in kinds, found by a field's name and its parent's. Names repeat with one meaning nearly everywhere in
/// the Kubernetes API; <c>ports</c>, <c>secrets</c> and <c>addresses</c>, which do not, are told apart by their parent.
/// </summary>
internal sealed class BuiltInStructure : StructureNode
{
    public static readonly BuiltInStructure Root = new("", "");

    private static readonly FrozenDictionary<string, (string MergeKey, string[] Keys)> MapLists = new Dictionary<string, (string, string[])>
    {
        ["containers"] = ("name", ["name"]),
        ["initContainers"] = ("name", ["name"]),
        ["ephemeralContainers"] = ("name", ["name"]),
        ["env"] = ("name", ["name"]),
        ["volumes"] = ("name", ["name"]),
        ["volumeMounts"] = ("mountPath", ["mountPath"]),
        ["volumeDevices"] = ("devicePath", ["devicePath"]),
        ["imagePullSecrets"] = ("name", ["name"]),
        ["hostAliases"] = ("ip", ["ip"]),
        ["conditions"] = ("type", ["type"]),
        ["ownerReferences"] = ("uid", ["uid"]),
        ["topologySpreadConstraints"] = ("topologyKey", ["topologyKey", "whenUnsatisfiable"]),
        ["podIPs"] = ("ip", ["ip"]),
        ["hostIPs"] = ("ip", ["ip"]),
        ["resourceClaims"] = ("name", ["name"]),
        ["schedulingGates"] = ("name", ["name"]),
        ["containers/ports"] = ("containerPort", ["containerPort", "protocol"]),
        ["initContainers/ports"] = ("containerPort", ["containerPort", "protocol"]),
        ["spec/ports"] = ("port", ["port", "protocol"]),
        ["/secrets"] = ("name", ["name"]),
        ["status/addresses"] = ("type", ["type"]),
        ["spec/taints"] = ("key", ["key", "effect"]),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenSet<string> AtomicMaps = new[]
    {
        "selector", "nodeSelector", "labelSelector", "namespaceSelector", "podSelector", "fieldRef", "configMapKeyRef", "secretKeyRef", "resourceFieldRef",
        "claimRef", "involvedObject", "targetRef", "objectRef", "secretRef", "configMapRef", "localObjectReference",
    }.ToFrozenSet(StringComparer.Ordinal);

    private readonly string _name;
    private readonly (string MergeKey, string[] Keys)? _mapList;

    private BuiltInStructure(string name, string parent)
    {
        _name = name;
        if (MapLists is not null && (MapLists.TryGetValue($"{parent}/{name}", out var found) || MapLists.TryGetValue(name, out found)))
        {
            _mapList = found;
        }
    }

    public override ListKind List => _mapList is not null ? ListKind.Map : _name == "finalizers" ? ListKind.Set : ListKind.Atomic;

    public override IReadOnlyList<string> Keys => _mapList?.Keys ?? [];

    public override string? PatchMergeKey => _mapList?.MergeKey;

    public override bool IsAtomicMap => AtomicMaps.Contains(_name);

    // items answer for their list, so that a field of an item knows in which list it is
    public override StructureNode Item => this;

    public override StructureNode Field(string name) => new BuiltInStructure(name, _name);
}
