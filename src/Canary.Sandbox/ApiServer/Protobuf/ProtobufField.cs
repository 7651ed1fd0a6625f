namespace Canary.Sandbox.ApiServer;

/// <summary>One field of a message.</summary>
/// <param name="Name">Its JSON name.</param>
/// <param name="Type">A scalar (<c>s</c> text, <c>i</c> whole, <c>b</c> flag; capital when zero means something), <c>time</c>, <c>quantity</c>, <c>bytes</c>, <c>port</c>, or a message.</param>
/// <param name="Repeated">A list.</param>
/// <param name="IsMap">A map from text to <paramref name="Type"/>.</param>
internal sealed record ProtobufField(string Name, string Type, bool Repeated, bool IsMap);
