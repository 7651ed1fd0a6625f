using System.Text;
using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>A set of paths in an object, as <c>fieldsV1</c> writes it: <c>f:name</c>, <c>k:{...}</c>, <c>v:value</c>, and <c>.</c> for the place itself.</summary>
internal sealed class FieldSet
{
    private readonly SortedDictionary<string, FieldSet> _children = new(StringComparer.Ordinal);

    /// <summary>Whether the place itself belongs to the set.</summary>
    public bool IsMember { get; set; }

    public IReadOnlyDictionary<string, FieldSet> Children => _children;

    public bool IsEmpty => !IsMember && _children.Count == 0;

    public FieldSet Child(string key)
    {
        if (!_children.TryGetValue(key, out var child))
        {
            _children[key] = child = new FieldSet();
        }

        return child;
    }

    public static FieldSet FromJson(JsonObject? json)
    {
        var set = new FieldSet();
        foreach (var (key, value) in json ?? [])
        {
            if (key == ".")
            {
                set.IsMember = true;
                continue;
            }

            var child = FromJson(value as JsonObject);
            child.IsMember |= child._children.Count == 0;
            set._children[key] = child;
        }

        return set;
    }

    public JsonObject ToJson()
    {
        var json = new JsonObject();
        if (IsMember && _children.Count > 0)
        {
            json["."] = new JsonObject();
        }

        foreach (var (key, child) in _children)
        {
            json[key] = child.ToJson();
        }

        return json;
    }

    public FieldSet Union(FieldSet other) => Combine(this, other, (mine, theirs) => mine || theirs);

    public FieldSet Intersect(FieldSet other) => Combine(this, other, (mine, theirs) => mine && theirs);

    public FieldSet Except(FieldSet other) => Combine(this, other, (mine, theirs) => mine && !theirs);

    /// <summary>Paths that are in <paramref name="other"/>, or below one that is, are left out.</summary>
    public FieldSet ExceptBelow(FieldSet other)
    {
        var result = new FieldSet { IsMember = IsMember && !other.IsMember };
        foreach (var (key, child) in _children)
        {
            if (!other._children.TryGetValue(key, out var theirs))
            {
                result._children[key] = child;
            }
            else if (!theirs.IsMember && child.ExceptBelow(theirs) is { IsEmpty: false } rest)
            {
                result._children[key] = rest;
            }
        }

        return result;
    }

    public bool SameAs(FieldSet other) => Except(other).IsEmpty && other.Except(this).IsEmpty;

    /// <summary>Paths as a real server's conflict messages spell them: <c>.spec.template.spec.containers[name="app"].image</c>.</summary>
    public IEnumerable<string> Describe(string path = "")
    {
        if (IsMember && path.Length > 0)
        {
            yield return path;
        }

        foreach (var (key, child) in _children)
        {
            foreach (var described in child.Describe(path + DescribeKey(key)))
            {
                yield return described;
            }
        }
    }

    private static string DescribeKey(string key)
    {
        if (key.StartsWith("f:", StringComparison.Ordinal))
        {
            return "." + key[2..];
        }

        if (!key.StartsWith("k:", StringComparison.Ordinal))
        {
            return $"[={key[2..]}]";
        }

        var text = new StringBuilder("[");
        foreach (var (name, value) in JsonTree.ParseObject(key[2..]))
        {
            text.Append(text.Length > 1 ? "," : "").Append(name).Append('=').Append(value?.ToJsonString());
        }

        return text.Append(']').ToString();
    }

    private static FieldSet Combine(FieldSet mine, FieldSet theirs, Func<bool, bool, bool> keep)
    {
        var result = new FieldSet { IsMember = keep(mine.IsMember, theirs.IsMember) };
        foreach (var key in mine._children.Keys.Union(theirs._children.Keys))
        {
            var child = Combine(mine._children.GetValueOrDefault(key) ?? Nothing, theirs._children.GetValueOrDefault(key) ?? Nothing, keep);
            if (!child.IsEmpty)
            {
                result._children[key] = child;
            }
        }

        return result;
    }

    private static readonly FieldSet Nothing = new();
}
