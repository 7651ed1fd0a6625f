namespace Canary.Sandbox.ApiServer;

/// <summary>Walks over the fields of one protobuf message: varints and length-delimited values, which is all that Kubernetes' API uses here.</summary>
internal ref struct ProtobufScanner(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;
    private int _wire;

    public bool Next(out int number)
    {
        number = 0;
        if (_rest.IsEmpty)
        {
            return false;
        }

        var tag = Varint(checkWire: false);
        (number, _wire) = ((int)(tag >> 3), (int)(tag & 7));
        return true;
    }

    public long Varint() => Varint(checkWire: true);

    public ReadOnlySpan<byte> Bytes()
    {
        var length = _wire == 2 ? Varint(checkWire: false) : -1;
        if (length < 0 || length > _rest.Length)
        {
            throw Damaged();
        }

        var value = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return value;
    }

    /// <summary>Skips the value of an unknown field; true when it was zero or empty.</summary>
    public bool SkipIsEmpty() => _wire switch
    {
        0 => Varint() == 0,
        2 => Bytes().IsEmpty,
        _ => throw Damaged(),
    };

    private long Varint(bool checkWire)
    {
        if (checkWire && _wire != 0)
        {
            throw Damaged();
        }

        ulong value = 0;
        for (var (index, shift) = (0, 0); index < _rest.Length && shift < 64; index++, shift += 7)
        {
            value |= (ulong)(_rest[index] & 0x7f) << shift;
            if ((_rest[index] & 0x80) == 0)
            {
                _rest = _rest[(index + 1)..];
                return (long)value;
            }
        }

        throw Damaged();
    }

    private static ApiException Damaged() => ApiErrors.BadRequest("the protobuf message is damaged");
}
