namespace Canary.Sandbox.ApiServer;

/// <summary>Who writes: the field manager, by which kind of request, through which subresource.</summary>
internal sealed record Writer(string Manager, string Operation, string ApiVersion, string Subresource)
{
    public static Writer Update(string manager, string apiVersion, string subresource = "") => new(manager, "Update", apiVersion, subresource);
}
