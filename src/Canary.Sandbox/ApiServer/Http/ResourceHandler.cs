using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>Answers requests for resources, except watches.</summary>
internal sealed class ResourceHandler(ClusterStore stores, ObjectCreator creator, ObjectUpdater updater, ObjectDeleter deleter, ObjectWriter writer, PatchHandler patches, ScaleHandler scales)
{
    public ApiResponse Handle(ApiRequest request, ResourceView view, WriteOptions options)
    {
        var target = request.Target!; // resource requests have one
        if (!view.Kind.Namespaced && target.Namespace.Length > 0)
        {
            return ApiResponse.UnknownPath();
        }

        return target.Subresource switch
        {
            "" => HandleMain(request, view, target, options),
            "status" when view.Version.HasStatus => HandleStatus(request, view, target, options),
            "scale" when view.Version.Scale is not null => scales.Handle(request, view, target, options),
            "log" when view.Kind.GroupResource == "pods" => Log(view, target),
            "eviction" when view.Kind.GroupResource == "pods" => Evict(request, view, target),
            "binding" when view.Kind.GroupResource == "pods" => Bind(request, view, target, options),
            _ => ApiResponse.UnknownPath(),
        };
    }

    public static WatchFilter Filter(ApiRequest request, ResourceView view)
    {
        var fields = FieldSelector.Parse(request.Query("fieldSelector"), view.Kind);
        return new WatchFilter(request.Target?.Namespace ?? "", LabelSelector.Parse(request.Query("labelSelector")), fields);
    }

    private ApiResponse HandleMain(ApiRequest request, ResourceView view, RequestTarget target, WriteOptions options) => request.Verb switch
    {
        "get" => writer.One(request, view, Find(view, target)),
        "list" => writer.Many(request, view, ListPage.Read(stores.For(view.Kind), Filter(request, view), request)),
        "create" when target.Name.Length == 0 => Create(request, view, target, options),
        "update" when target.Name.Length > 0 => Replace(request, view, target, "", options),
        "patch" when target.Name.Length > 0 => patches.Handle(request, view, target, "", options),
        "delete" => Delete(request, view, target),
        "deletecollection" => DeleteMany(request, view),
        _ => throw ApiErrors.MethodNotAllowed(),
    };

    private ApiResponse HandleStatus(ApiRequest request, ResourceView view, RequestTarget target, WriteOptions options) => request.Verb switch
    {
        "get" => writer.One(request, view, Find(view, target)),
        "update" => Replace(request, view, target, "status", options),
        "patch" => patches.Handle(request, view, target, "status", options),
        _ => throw ApiErrors.MethodNotAllowed(),
    };

    private StoredObject Find(ResourceView view, RequestTarget target) =>
        stores.For(view.Kind).Find(target.Namespace, target.Name) ?? throw ApiErrors.NotFound(view.Kind, target.Name);

    private ApiResponse Create(ApiRequest request, ResourceView view, RequestTarget target, WriteOptions options)
    {
        if (view.Kind.Namespaced && target.Namespace.Length == 0)
        {
            throw ApiErrors.BadRequest("an empty namespace may not be set during creation");
        }

        return writer.One(request, view, creator.Create(view, target.Namespace, request.ParseObject(options.Duplicates), options), 201);
    }

    private ApiResponse Replace(ApiRequest request, ResourceView view, RequestTarget target, string subresource, WriteOptions options)
    {
        var body = request.ParseObject(options.Duplicates);
        if (string.IsNullOrEmpty(body.Text("metadata", "name")))
        {
            throw ApiErrors.BadRequest($"the name of the object () does not match the name on the URL ({target.Name})");
        }

        return writer.One(request, view, updater.Update(view, target.Namespace, target.Name, subresource, options, _ => body.Copy()));
    }

    private ApiResponse Delete(ApiRequest request, ResourceView view, RequestTarget target)
    {
        var (last, gone) = deleter.Delete(view.Kind, target.Namespace, target.Name, DeleteRequest.Read(request.ParseOptional(), request.Query));
        if (!gone || view.Kind.GroupResource == "pods")
        {
            return writer.One(request, view, last);
        }

        var details = new JsonObject { ["name"] = target.Name };
        if (view.Kind.Group.Length > 0)
        {
            details["group"] = view.Kind.Group;
        }

        details["kind"] = view.Kind.Plural;
        details["uid"] = last.Uid;
        return ApiResponse.Json(200, Success(details));
    }

    private ApiResponse DeleteMany(ApiRequest request, ResourceView view)
    {
        var options = DeleteRequest.Read(request.ParseOptional(), request.Query);
        var page = ListPage.Read(stores.For(view.Kind), Filter(request, view), request);
        foreach (var stored in page.Items)
        {
            try
            {
                deleter.Delete(view.Kind, stored.Namespace, stored.Name, options);
            }
            catch (ApiException gone) when (gone.Code == 404)
            {
                // it went by itself meanwhile, which is what was asked for
                continue;
            }
        }

        return writer.Many(request, view, page);
    }

    private ApiResponse Log(ResourceView view, RequestTarget target)
    {
        Find(view, target);
        return ApiResponse.Text(200, "");
    }

    private ApiResponse Evict(ApiRequest request, ResourceView view, RequestTarget target)
    {
        deleter.Delete(view.Kind, target.Namespace, target.Name, DeleteRequest.Read(request.ParseOptional().Fields("deleteOptions"), request.Query));
        return ApiResponse.Json(201, Success(null));
    }

    private ApiResponse Bind(ApiRequest request, ResourceView view, RequestTarget target, WriteOptions options)
    {
        var node = request.ParseObject().Text("target", "name");
        updater.Update(view, target.Namespace, target.Name, "", options, pod =>
        {
            pod.FieldsOrNew("spec")["nodeName"] = node;
            return pod;
        });
        return ApiResponse.Json(201, Success(null));
    }

    private static JsonObject Success(JsonObject? details)
    {
        var status = new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["metadata"] = new JsonObject(), ["status"] = "Success" };
        if (details is not null)
        {
            status["details"] = details;
        }

        return status;
    }
}
