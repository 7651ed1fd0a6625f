using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>Writes objects and lists in the form that was asked for.</summary>
internal sealed class ObjectWriter(TimeProvider time)
{
    public ApiResponse One(ApiRequest request, ResourceView view, StoredObject stored, int code = 200) => AcceptedForm.Of(request.Accept) switch
    {
        AnswerForm.Table => ApiResponse.Json(code, TableBuilder.Build(view, [stored], Include(request), time.GetUtcNow(), new JsonObject
        {
            ["resourceVersion"] = stored.Metadata.Text("resourceVersion"),
        })),
        AnswerForm.MetadataOnly => ApiResponse.Json(code, MetadataOf(view, stored)),
        _ => new ApiResponse(code, stored.Serialize(view).WholeMemory),
    };

    public ApiResponse Many(ApiRequest request, ResourceView view, ListPage page)
    {
        var metadata = new JsonObject { ["resourceVersion"] = page.Revision.ToString(CultureInfo.InvariantCulture) };
        if (page.Continue is not null)
        {
            metadata["continue"] = page.Continue;
        }

        if (page.Remaining is { } remaining)
        {
            metadata["remainingItemCount"] = remaining;
        }

        switch (AcceptedForm.Of(request.Accept))
        {
            case AnswerForm.Table:
                return ApiResponse.Json(200, TableBuilder.Build(view, page.Items, Include(request), time.GetUtcNow(), metadata));
            case AnswerForm.MetadataOnly:
                return ApiResponse.Json(200, new JsonObject
                {
                    ["kind"] = "PartialObjectMetadataList",
                    ["apiVersion"] = "meta.k8s.io/v1",
                    ["metadata"] = metadata,
                    ["items"] = new JsonArray([.. page.Items.Select(item => MetadataOf(view, item))]),
                });
            default:
                return new ApiResponse(200, Join(view, page.Items, metadata));
        }
    }

    /// <summary>One line of a watch.</summary>
    public void WatchLine(IBufferWriter<byte> output, ApiRequest request, ResourceView view, WatchEvent seen, bool isFirst)
    {
        var type = seen.Kind switch
        {
            WatchEventKind.Added => "ADDED",
            WatchEventKind.Modified => "MODIFIED",
            WatchEventKind.Deleted => "DELETED",
            _ => "BOOKMARK",
        };
        output.Write(Encoding.UTF8.GetBytes($"{{\"type\":\"{type}\",\"object\":"));
        if (seen.Object is null)
        {
            output.Write(Encoding.UTF8.GetBytes($"{{\"kind\":\"{view.Kind.Kind}\",\"apiVersion\":\"{view.ApiVersion}\",\"metadata\":{{\"resourceVersion\":\"{seen.Revision}\",\"creationTimestamp\":null}}}}"));
        }
        else
        {
            switch (AcceptedForm.Of(request.Accept))
            {
                case AnswerForm.Table:
                    var metadata = new JsonObject { ["resourceVersion"] = seen.Object.Metadata.Text("resourceVersion") };
                    JsonTree.Write(TableBuilder.Build(view, [seen.Object], Include(request), time.GetUtcNow(), metadata, isFirst), output);
                    break;
                case AnswerForm.MetadataOnly:
                    JsonTree.Write(MetadataOf(view, seen.Object), output);
                    break;
                default:
                    output.Write(seen.Object.Serialize(view).Whole);
                    break;
            }
        }

        output.Write("}\n"u8);
    }

    private static IncludeObject Include(ApiRequest request) => request.Query("includeObject") switch
    {
        "None" => IncludeObject.None,
        "Object" => IncludeObject.Object,
        _ => IncludeObject.Metadata,
    };

    private static JsonObject MetadataOf(ResourceView view, StoredObject stored) => new()
    {
        ["kind"] = "PartialObjectMetadata",
        ["apiVersion"] = "meta.k8s.io/v1",
        ["metadata"] = view.FromStorage(stored.Root)["metadata"]?.DeepClone(),
    };

    private static ReadOnlyMemory<byte> Join(ResourceView view, IReadOnlyList<StoredObject> items, JsonObject metadata)
    {
        var output = new ArrayBufferWriter<byte>(256 + (items.Count * 2048));
        output.Write(Encoding.UTF8.GetBytes($"{{\"kind\":\"{view.Kind.ListKind}\",\"apiVersion\":\"{view.ApiVersion}\",\"metadata\":"));
        JsonTree.Write(metadata, output);
        output.Write(",\"items\":["u8);
        for (var index = 0; index < items.Count; index++)
        {
            if (index > 0)
            {
                output.Write(","u8);
            }

            var serialized = items[index].Serialize(view);
            if (view.Kind.IsCustom)
            {
                output.Write(serialized.Whole);
            }
            else
            {
                // a real server leaves the type out of the items of built-in kinds
                output.Write("{"u8);
                output.Write(serialized.WithoutType);
            }
        }

        output.Write("]}"u8);
        return output.WrittenMemory;
    }
}
