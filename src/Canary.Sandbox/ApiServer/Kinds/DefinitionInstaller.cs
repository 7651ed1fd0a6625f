using System.Text.Json.Nodes;
using Canary.Kubernetes.Json;

namespace Canary.Sandbox.ApiServer;

/// <summary>Keeps the registry in step with the CustomResourceDefinitions that are stored.</summary>
internal sealed class DefinitionInstaller
{
    private const string Plural = "customresourcedefinitions";
    private const string Group = "apiextensions.k8s.io";

    private readonly ResourceRegistry _registry;
    private readonly ObjectCreator _creator;
    private readonly ObjectUpdater _updater;
    private readonly ClusterStore _stores;

    public DefinitionInstaller(ClusterStore stores, ResourceRegistry registry, ObjectCreator creator, ObjectUpdater updater)
    {
        (_registry, _creator, _updater, _stores) = (registry, creator, updater, stores);
        stores.Committed += Observe;
    }

    /// <summary>Creates or replaces every definition of a YAML stream.</summary>
    /// <exception cref="ArgumentException">It holds something else, nothing, or a wrong definition.</exception>
    public void Install(string yamlOrJson)
    {
        var documents = YamlTree.ParseAll(yamlOrJson).OfType<JsonObject>().ToList();
        if (documents.Count == 0 || documents.Any(document => document.Text("kind") != "CustomResourceDefinition"))
        {
            throw new ArgumentException("The text holds no CustomResourceDefinition, or something else besides.", nameof(yamlOrJson));
        }

        foreach (var document in documents)
        {
            try
            {
                Put(document);
            }
            catch (ApiException wrong)
            {
                throw new ArgumentException(wrong.Message, nameof(yamlOrJson), wrong);
            }
        }
    }

    private void Put(JsonObject document)
    {
        var view = _registry.Find(Group, "v1", Plural)!; // built in
        var options = new WriteOptions("canary-sandbox");
        var name = document.Text("metadata", "name") ?? "";
        if (_stores.For(view.Kind).Find("", name) is null)
        {
            _creator.Create(view, "", document, options);
        }
        else
        {
            _updater.Update(view, "", name, "", options, current =>
            {
                current["spec"] = document["spec"]?.DeepClone();
                return current;
            });
        }
    }

    private void Observe(ResourceStore store, StoreEvent change)
    {
        if (store.Key != $"{Plural}.{Group}")
        {
            return;
        }

        if (change.Deleted)
        {
            _registry.Remove(change.Current.Name);
        }
        else if (!JsonNode.DeepEquals(change.Previous?.Root["spec"], change.Current.Root["spec"]))
        {
            _registry.Put(CustomResourceDefinitions.ToKind(change.Current.Root));
        }
    }
}
