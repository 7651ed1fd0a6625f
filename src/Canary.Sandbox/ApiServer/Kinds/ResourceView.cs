using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>A resource as seen through one of its API versions. Versions differ in nothing but <c>apiVersion</c>, except for events.</summary>
internal sealed record ResourceView(ResourceKind Kind, ResourceVersion Version)
{
    public string ApiVersion { get; } = Kind.ApiVersion(Version.Name);

    /// <summary>A copy, or the same tree when it is in this version already; the caller must not change it.</summary>
    public JsonObject FromStorage(JsonObject stored)
    {
        if (Kind.SharesStoreOf is not null)
        {
            return EventConversion.FromCore(stored.Copy(), ApiVersion);
        }

        if (stored.Text("apiVersion") == ApiVersion)
        {
            return stored;
        }

        var copy = stored.Copy();
        copy["apiVersion"] = ApiVersion;
        return copy;
    }

    /// <summary>Turns an object of this version, which may be changed, into the stored form.</summary>
    public JsonObject ToStorage(JsonObject viewed)
    {
        if (Kind.SharesStoreOf is not null)
        {
            return EventConversion.ToCore(viewed);
        }

        viewed["apiVersion"] = Kind.ApiVersion(Kind.StorageVersion.Name);
        return viewed;
    }
}
