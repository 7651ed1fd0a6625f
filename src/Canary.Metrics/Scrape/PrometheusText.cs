using System.Globalization;
using System.Text.Unicode;

namespace Canary.Metrics.Scrape;

/// <summary>Reads the Prometheus text format and OpenMetrics text line by line, and hands on the series that are wanted. One caller at a time.</summary>
/// <remarks>
/// Every line is checked, wanted or not, for a text that is broken in one place is not to be trusted in another; only wanted series cost more than a scan.
/// Timestamps and exemplars are checked and dropped. In the plain format <c># EOF</c> is a comment; in OpenMetrics it must be the last line.
/// Sources: prometheus.io/docs/instrumenting/exposition_formats; the OpenMetrics 1.0 specification.
/// </remarks>
internal sealed class PrometheusText(ISampleVisitor visitor, bool openMetrics)
{
    internal const int MostLabels = 128;

    private readonly LabelRange[] _labels = new LabelRange[MostLabels];
    private byte[] _plain = [];
    private int _labelCount;
    private bool _hasEscapes;
    private bool _quotedName;
    private (int Start, int Length) _name;
    private bool _ended;

    /// <summary>Lines read so far.</summary>
    public long Line { get; private set; }

    /// <summary>What is wrong, with the line; null while nothing is.</summary>
    public string? Problem { get; private set; }

    /// <summary>Reads one line.</summary>
    /// <param name="line">The line without its line feed; a carriage return at its end is tolerated.</param>
    /// <returns>Whether it was understood; false sets <see cref="Problem"/>.</returns>
    public bool TryReadLine(ReadOnlySpan<byte> line)
    {
        Line++;
        if (!line.IsEmpty && line[^1] == '\r')
        {
            line = line[..^1];
        }

        var at = SkipBlank(line, 0);
        if (_ended)
        {
            return Wrong("text follows # EOF");
        }

        if (at == line.Length)
        {
            return true;
        }

        if (line[at] == '#')
        {
            _ended = openMetrics && line[at..].SequenceEqual("# EOF"u8);
            return true;
        }

        return !line.Contains((byte)0) ? TryReadSample(line, at) : Wrong("a zero byte was found; this is no text");
    }

    /// <summary>Tells that no more lines come.</summary>
    /// <returns>Whether the text is complete; false sets <see cref="Problem"/>.</returns>
    public bool TryEnd() => !openMetrics || _ended || Wrong("the text ends without # EOF, so a part of it may be missing");

    /// <summary>Says that the text is wrong at the present line.</summary>
    public bool Wrong(string what)
    {
        Problem = $"line {Line.ToString(CultureInfo.InvariantCulture)}: {what}";
        return false;
    }

    private bool TryReadSample(ReadOnlySpan<byte> line, int at)
    {
        (_labelCount, _hasEscapes, _quotedName) = (0, false, false);
        _name = (at, 0);
        if (line[at] != '{')
        {
            var end = at;
            while (end < line.Length && IsNamePart(line[end]))
            {
                end++;
            }

            if (end == at || char.IsAsciiDigit((char)line[at]))
            {
                return Wrong("a metric name was expected");
            }

            _name = (at, end - at);
            if (end == line.Length || !(IsBlank(line[end]) || line[end] == '{'))
            {
                return Wrong("a space or '{' was expected after the metric name");
            }

            at = SkipBlank(line, end);
        }

        if (at < line.Length && line[at] == '{' && !TryReadLabels(line, ref at, forSeries: true))
        {
            return false;
        }

        if (_name.Length == 0)
        {
            return Wrong("the series has no metric name");
        }

        if (!TryReadNumber(line, ref at, out var value))
        {
            return Wrong("a value was expected");
        }

        if (at < line.Length && line[at] != '#' && !TryReadNumber(line, ref at, out _))
        {
            return Wrong("a timestamp was expected after the value");
        }

        if (at < line.Length && (line[at] != '#' || !TryReadExemplar(line, ref at)))
        {
            return Problem is null ? Wrong("text follows the value") : false;
        }

        return TryVisit(line, value);
    }

    private bool TryVisit(ReadOnlySpan<byte> line, double value)
    {
        var name = line.Slice(_name.Start, _name.Length);
        var text = line;
        if (_hasEscapes && _quotedName)
        {
            name = Unescape(name, new byte[name.Length]);
        }

        if (!visitor.Wants(name))
        {
            return true;
        }

        if (!Utf8.IsValid(line))
        {
            return Wrong("the text is no UTF-8");
        }

        if (_hasEscapes)
        {
            text = Plain(line);
        }

        var sample = new Sample { Name = name, Text = text, Labels = _labels.AsSpan(0, _labelCount), Value = value, Line = Line };
        for (var i = 1; i < _labelCount; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (_labels[i].NameLength == _labels[j].NameLength && sample.NameOf(_labels[i]).SequenceEqual(sample.NameOf(_labels[j])))
                {
                    return Wrong("a label stands twice in one series");
                }
            }
        }

        visitor.Visit(sample);
        return true;
    }

    private bool TryReadLabels(ReadOnlySpan<byte> line, ref int at, bool forSeries)
    {
        at++;
        while (true)
        {
            at = SkipBlank(line, at);
            if (at >= line.Length)
            {
                return Wrong("the labels have no closing brace");
            }

            if (line[at] == '}')
            {
                at++;
                return true;
            }

            var quoted = line[at] == '"';
            if (!(quoted ? TryReadQuoted(line, ref at, out var name) : TryReadLabelName(line, ref at, out name)))
            {
                return false;
            }

            at = SkipBlank(line, at);
            if (quoted && forSeries && at < line.Length && line[at] is (byte)',' or (byte)'}')
            {
                if (_name.Length > 0 || name.Length == 0)
                {
                    return Wrong("the series has two metric names, or an empty one");
                }

                (_name, _quotedName) = (name, true);
            }
            else if (!TryReadValue(line, ref at, name, forSeries))
            {
                return false;
            }

            at = SkipBlank(line, at);
            if (at < line.Length && line[at] == ',')
            {
                at++;
            }
            else if (at < line.Length && line[at] != '}')
            {
                return Wrong("',' or '}' was expected after a label");
            }
        }
    }

    private bool TryReadValue(ReadOnlySpan<byte> line, ref int at, (int Start, int Length) name, bool forSeries)
    {
        if (at >= line.Length || line[at] != '=')
        {
            return Wrong("'=' was expected after a label's name");
        }

        at = SkipBlank(line, at + 1);
        if (at >= line.Length || line[at] != '"')
        {
            return Wrong("a label's value must stand in double quotes");
        }

        if (!TryReadQuoted(line, ref at, out var value))
        {
            return false;
        }

        if (!forSeries)
        {
            return true;
        }

        if (_labelCount == MostLabels)
        {
            return Wrong($"a series has more than {MostLabels} labels");
        }

        _labels[_labelCount++] = new LabelRange(name.Start, name.Length, value.Start, value.Length);
        return true;
    }

    private bool TryReadLabelName(ReadOnlySpan<byte> line, ref int at, out (int Start, int Length) name)
    {
        var start = at;
        while (at < line.Length && IsNamePart(line[at]) && line[at] != ':')
        {
            at++;
        }

        name = (start, at - start);
        return (at > start && !char.IsAsciiDigit((char)line[start])) || Wrong("a label's name was expected");
    }

    private bool TryReadQuoted(ReadOnlySpan<byte> line, ref int at, out (int Start, int Length) content)
    {
        var start = ++at;
        content = default;
        while (true)
        {
            var next = line[at..].IndexOfAny((byte)'"', (byte)'\\');
            if (next < 0)
            {
                return Wrong("a string has no closing quote");
            }

            at += next;
            if (line[at] == '"')
            {
                content = (start, at - start);
                at++;
                return true;
            }

            _hasEscapes = true;
            at += 2;
            if (at > line.Length)
            {
                return Wrong("a string has no closing quote");
            }
        }
    }

    private bool TryReadExemplar(ReadOnlySpan<byte> line, ref int at)
    {
        at = SkipBlank(line, at + 1);
        var escapes = _hasEscapes;
        if (at >= line.Length || line[at] != '{')
        {
            return Wrong("an exemplar's labels were expected after '#'");
        }

        if (!TryReadLabels(line, ref at, forSeries: false))
        {
            return false;
        }

        _hasEscapes = escapes;
        return TryReadNumber(line, ref at, out _) && (at == line.Length || (TryReadNumber(line, ref at, out _) && at == line.Length))
            || Wrong("an exemplar's value was expected");
    }

    // Reads a number and the blanks around it.
    private static bool TryReadNumber(ReadOnlySpan<byte> line, ref int at, out double value)
    {
        at = SkipBlank(line, at);
        var end = at;
        while (end < line.Length && !IsBlank(line[end]))
        {
            end++;
        }

        var token = line[at..end];
        at = SkipBlank(line, end);
        return PrometheusNumber.TryParse(token, out value);
    }

    // Copies names and values without their escapes, and points the labels at the copies.
    private ReadOnlySpan<byte> Plain(ReadOnlySpan<byte> line)
    {
        if (_plain.Length < line.Length)
        {
            _plain = new byte[Math.Max(line.Length, 1024)];
        }

        var used = 0;
        for (var i = 0; i < _labelCount; i++)
        {
            var label = _labels[i];
            var name = Unescape(line.Slice(label.Name, label.NameLength), _plain.AsSpan(used)).Length;
            var value = Unescape(line.Slice(label.Value, label.ValueLength), _plain.AsSpan(used + name)).Length;
            _labels[i] = new LabelRange(used, name, used + name, value);
            used += name + value;
        }

        return _plain.AsSpan(0, used);
    }

    // The format knows \\, \" and \n; like Prometheus, anything else after a backslash stays as it is.
    private static ReadOnlySpan<byte> Unescape(ReadOnlySpan<byte> escaped, Span<byte> plain)
    {
        var used = 0;
        for (var i = 0; i < escaped.Length; i++)
        {
            var next = escaped[i] == '\\' && i + 1 < escaped.Length ? escaped[i + 1] : (byte)0;
            plain[used++] = next switch
            {
                (byte)'\\' or (byte)'"' => next,
                (byte)'n' => (byte)'\n',
                _ => escaped[i],
            };
            i += next is (byte)'\\' or (byte)'"' or (byte)'n' ? 1 : 0;
        }

        return plain[..used];
    }

    private static int SkipBlank(ReadOnlySpan<byte> line, int at)
    {
        while (at < line.Length && IsBlank(line[at]))
        {
            at++;
        }

        return at;
    }

    private static bool IsBlank(byte c) => c is (byte)' ' or (byte)'\t';

    private static bool IsNamePart(byte c) => char.IsAsciiLetterOrDigit((char)c) || c is (byte)'_' or (byte)':';
}
