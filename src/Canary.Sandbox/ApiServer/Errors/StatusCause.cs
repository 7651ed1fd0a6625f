namespace Canary.Sandbox.ApiServer;

/// <summary>One reason within a Status: what is wrong (<c>FieldValueInvalid</c>), in which field, in words.</summary>
internal sealed record StatusCause(string Reason, string Message, string Field)
{
    public static StatusCause Invalid(string field, string value, string detail) =>
        new("FieldValueInvalid", $"Invalid value: {value}: {detail}", field);

    public static StatusCause Required(string field, string detail = "") =>
        new("FieldValueRequired", detail.Length == 0 ? "Required value" : $"Required value: {detail}", field);

    public static StatusCause Unsupported(string field, string value, IEnumerable<string> supported) =>
        new("FieldValueNotSupported", $"Unsupported value: {value}: supported values: {string.Join(", ", supported)}", field);

    public static StatusCause Duplicate(string field, string value) => new("FieldValueDuplicate", $"Duplicate value: {value}", field);

    public static StatusCause Forbidden(string field, string detail) => new("FieldValueForbidden", $"Forbidden: {detail}", field);

    public static StatusCause TooLong(string field, int limit) => new("FieldValueTooLong", $"Too long: may not be more than {limit} bytes", field);

    public static StatusCause TooMany(string field, int actual, int limit) =>
        new("FieldValueTooMany", $"Too many: {actual}: must have at most {limit} items", field);
}
