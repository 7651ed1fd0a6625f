namespace Canary.Sandbox.ApiServer;

/// <summary>Reads the <c>Accept</c> header: whole objects, tables (<c>kubectl get</c>) or metadata only.</summary>
internal static class AcceptedForm
{
    /// <exception cref="ApiException">406 when no JSON is wanted.</exception>
    public static AnswerForm Of(string accept)
    {
        if (accept.Length == 0)
        {
            return AnswerForm.Object;
        }

        foreach (var range in accept.Split(',', StringSplitOptions.TrimEntries))
        {
            var type = range.Split(';', 2)[0].Trim();
            if (type is not ("application/json" or "*/*" or "application/*"))
            {
                continue;
            }

            if (range.Contains("as=Table", StringComparison.Ordinal))
            {
                return AnswerForm.Table;
            }

            if (range.Contains("as=PartialObjectMetadata", StringComparison.Ordinal))
            {
                return AnswerForm.MetadataOnly;
            }

            if (!range.Contains("as=", StringComparison.Ordinal))
            {
                return AnswerForm.Object;
            }
        }

        throw ApiErrors.NotAcceptable("application/json");
    }
}
