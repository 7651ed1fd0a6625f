using System.Collections;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using k8s.Models;

namespace Canary.Sandbox.ApiServer;

/// <summary>Schemas of built-in kinds, read off the models of KubernetesClient: field names and types, for strictness and for <c>kubectl explain</c>.</summary>
internal static class ModelSchemas
{
    private static readonly Dictionary<Type, SchemaNode> Known = [];
    private static readonly Lock Gate = new();

    public static SchemaNode For(Type model)
    {
        lock (Gate)
        {
            return Build(model);
        }
    }

    private static SchemaNode Build(Type model)
    {
        var type = System.Nullable.GetUnderlyingType(model) ?? model;
        if (Known.TryGetValue(type, out var known))
        {
            return known;
        }

        var node = new SchemaNode { Nullable = true };
        Known[type] = node; // before its fields: models refer to themselves
        Fill(node, type);
        return node;
    }

    private static void Fill(SchemaNode node, Type type)
    {
        if (type == typeof(string))
        {
            node.Type = "string";
        }
        else if (type == typeof(byte[]))
        {
            (node.Type, node.Format) = ("string", "byte");
        }
        else if (type == typeof(bool))
        {
            node.Type = "boolean";
        }
        else if (type == typeof(int) || type == typeof(long))
        {
            (node.Type, node.Format) = ("integer", type == typeof(int) ? "int32" : "int64");
        }
        else if (type == typeof(double))
        {
            node.Type = "number";
        }
        else if (type == typeof(DateTime) || type == typeof(DateTimeOffset))
        {
            node.Type = "string";
        }
        else if (type == typeof(IntOrString) || type == typeof(ResourceQuantity))
        {
            node.IntOrString = true;
        }
        else if (IsDictionary(type, out var value))
        {
            node.Type = "object";
            node.AdditionalProperties = Build(value);
        }
        else if (type.IsGenericType && typeof(IEnumerable).IsAssignableFrom(type))
        {
            node.Type = "array";
            node.Items = Build(type.GetGenericArguments()[0]);
        }
        else if (type == typeof(object) || type == typeof(JsonElement) || type.Namespace != typeof(V1Pod).Namespace)
        {
            node.PreserveUnknown = true;
        }
        else
        {
            FillModel(node, type);
        }
    }

    private static void FillModel(SchemaNode node, Type type)
    {
        node.Type = "object";
        node.Component = "io.k8s." + type.Name;
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.GetCustomAttribute<JsonPropertyNameAttribute>() is { } named)
            {
                node.Properties[named.Name] = Build(property.PropertyType);
            }
        }
    }

    private static bool IsDictionary(Type type, out Type value)
    {
        var dictionary = type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IDictionary<,>) ? type : null;
        value = dictionary?.GetGenericArguments()[1] ?? typeof(object);
        return dictionary is not null;
    }
}
