using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;

namespace Canary.Sandbox.ApiServer;

/// <summary>The JSON bytes of one object in one API version, with its type header apart: lists of built-in kinds leave it out.</summary>
internal sealed class SerializedObject
{
    private readonly byte[] _bytes;
    private readonly int _headerLength;

    public SerializedObject(ResourceView view, JsonObject root)
    {
        var header = Encoding.UTF8.GetBytes($"{{\"kind\":\"{view.Kind.Kind}\",\"apiVersion\":\"{view.ApiVersion}\"");
        _headerLength = header.Length;
        var buffer = new ArrayBufferWriter<byte>(2048);
        buffer.Write(header);
        using (var writer = JsonTree.Writer(buffer))
        {
            // the members are written by a writer that believes to be inside an object; its brace is cut off below
            writer.WriteStartObject();
            foreach (var (name, value) in root)
            {
                if (name is not ("kind" or "apiVersion"))
                {
                    writer.WritePropertyName(name);
                    JsonTree.WriteTo(value, writer);
                }
            }

            writer.WriteEndObject();
        }

        var bytes = buffer.WrittenSpan.ToArray();
        bytes[_headerLength] = (byte)',';
        _bytes = bytes;
    }

    public ReadOnlySpan<byte> Whole => _bytes;

    public ReadOnlyMemory<byte> WholeMemory => _bytes;

    /// <summary>The members after the type header, without the opening brace.</summary>
    public ReadOnlySpan<byte> WithoutType => _bytes.AsSpan(_headerLength + 1);
}
