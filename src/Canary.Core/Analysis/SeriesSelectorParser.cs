using System.Buffers;
using System.Text;
using Canary.Core.Validation;

namespace Canary.Core.Analysis;

/// <summary>Reads selectors of time series in Prometheus' notation, for example <c>istio_requests_total{reporter="destination",response_code=~"5.."}</c>.</summary>
/// <remarks>
/// Understands <c>= != =~ !~</c>, strings in double quotes, single quotes and backticks, a trailing comma, a name within the braces
/// (<c>{__name__="x"}</c>, <c>{"x.y"}</c>) and comments. A selector must name exactly one metric.
/// </remarks>
public static class SeriesSelectorParser
{
    private const string NameLabel = "__name__";

    /// <summary>Reads one selector.</summary>
    /// <param name="text">What a person wrote.</param>
    /// <param name="path">The field that it was written in, for the problems.</param>
    /// <param name="problems">Everything that is wrong, with the position (counted in characters from 1) and the remedy; empty when nothing is.</param>
    /// <returns>The selector; null when there are problems.</returns>
    public static SeriesSelector? Parse(string text, string path, out ValueList<Problem> problems)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(path);

        var reader = new Reader(text, path);
        var selector = reader.Read();
        problems = reader.Problems.ToValueList();
        return problems.Count == 0 ? selector : null;
    }

    private sealed class Reader(string text, string path)
    {
        private readonly List<LabelMatcher> _matchers = [];
        private string? _metric;
        private int _at;

        public List<Problem> Problems { get; } = [];

        private char Current => _at < text.Length ? text[_at] : '\0';

        private string Found => _at >= text.Length ? "the end" : $"'{char.ConvertFromUtf32(Rune.TryGetRuneAt(text, _at, out var rune) ? rune.Value : 0xFFFD)}'";

        public SeriesSelector? Read()
        {
            if (ReadName() && ReadBraces() && ReadEnd() && _metric is null)
            {
                Wrong(0, _matchers.Count == 0
                    ? "selects nothing; name the metric: istio_requests_total{reporter=\"destination\"}"
                    : "names no metric; write its name before the braces: istio_requests_total{…}");
            }

            return _metric is null ? null : new SeriesSelector(_metric, _matchers.ToValueList());
        }

        private bool ReadName()
        {
            SkipBlank();
            var start = _at;
            if (IsNameStart(Current) || Current == ':')
            {
                while (IsNameStart(Current) || Current == ':' || char.IsAsciiDigit(Current))
                {
                    _at++;
                }

                _metric = text[start.._at];
                SkipBlank();
            }

            return Current switch
            {
                '(' => Wrong(_at, "is a query; write the plain selector of the raw counter, for the engine takes the differences itself: istio_requests_total{reporter=\"destination\"}"),
                '.' or '-' or '/' when _metric is not null =>
                    Wrong(_at, $"{Found} cannot stand in a bare metric name; quote the name within the braces: {{\"{_metric}{Current}…\"}}"),
                '"' or '\'' or '`' => Wrong(_at, "a quoted metric name goes within the braces: {\"http.requests\"}"),
                _ => true,
            };
        }

        private bool ReadBraces()
        {
            if (Current != '{')
            {
                return _metric is not null || text.AsSpan(_at).Trim().IsEmpty || Wrong(_at, $"a metric name or '{{' was expected, and {Found} was found");
            }

            var open = _at++;
            while (true)
            {
                SkipBlank();
                if (_at >= text.Length)
                {
                    return Wrong(open, "the brace is not closed; add '}' at the end");
                }

                if (Current == '}')
                {
                    _at++;
                    return true;
                }

                if (!ReadMatcher())
                {
                    return false;
                }

                SkipBlank();
                if (Current == ',')
                {
                    _at++;
                }
                else if (Current != '}')
                {
                    return Wrong(_at, _at >= text.Length ? "the brace is not closed; add '}' at the end" : $"',' or '}}' was expected, and {Found} was found");
                }
            }
        }

        private bool ReadMatcher()
        {
            var start = _at;
            var quoted = Current is '"' or '\'' or '`';
            if (!ReadLabelName(out var label))
            {
                return false;
            }

            SkipBlank();
            if (quoted && Current is ',' or '}')
            {
                return TakeName(start, label);
            }

            if (!ReadOperator(label, out var comparison))
            {
                return false;
            }

            SkipBlank();
            var valueAt = _at;
            if (Current is not ('"' or '\'' or '`'))
            {
                return Wrong(_at, $"the value of label {label} must stand in quotes: {label}{Symbol(comparison)}\"…\"; {Found} was found");
            }

            if (!ReadString(out var value))
            {
                return false;
            }

            if (label == NameLabel)
            {
                return comparison == MatchOperator.Equal
                    ? TakeName(start, value)
                    : Note(start, "a selector names exactly one metric; write __name__=\"…\", or one selector for each metric");
            }

            if (comparison is MatchOperator.Matches or MatchOperator.NotMatches && !LabelPattern.TryCompile(value, out _, out var problem))
            {
                return Note(valueAt, $"the value of label {label}, \"{value}\", {problem}");
            }

            _matchers.Add(new LabelMatcher(label, comparison, value));
            return true;
        }

        private bool ReadLabelName(out string label)
        {
            var start = _at;
            if (Current is '"' or '\'' or '`')
            {
                return ReadString(out label) && (label.Length > 0 || Wrong(start, "the name within the quotes is empty"));
            }

            while (IsNameStart(Current) || (_at > start && char.IsAsciiDigit(Current)))
            {
                _at++;
            }

            label = text[start.._at];
            return label.Length > 0 || Wrong(_at, $"a label name was expected, and {Found} was found");
        }

        private bool ReadOperator(string label, out MatchOperator comparison)
        {
            comparison = MatchOperator.Equal;
            var next = _at + 1 < text.Length ? text[_at + 1] : '\0';
            switch (Current, next)
            {
                case ('=', '='):
                    return Wrong(_at, $"'==' compares nothing here; write {label}=\"…\"");
                case ('=', '~'):
                    (comparison, _at) = (MatchOperator.Matches, _at + 2);
                    return true;
                case ('!', '~'):
                    (comparison, _at) = (MatchOperator.NotMatches, _at + 2);
                    return true;
                case ('!', '='):
                    (comparison, _at) = (MatchOperator.NotEqual, _at + 2);
                    return true;
                case ('=', _):
                    _at++;
                    return true;
                default:
                    return Wrong(_at, $"one of =, !=, =~, !~ was expected after label {label}, and {Found} was found");
            }
        }

        private bool TakeName(int at, string name)
        {
            if (_metric is not null)
            {
                return Note(at, $"names a second metric, {name}, beside {_metric}; write one selector for each");
            }

            if (name.Length == 0)
            {
                return Note(at, "the metric's name is empty");
            }

            _metric = name;
            return true;
        }

        private bool ReadEnd()
        {
            SkipBlank();
            return _at >= text.Length || Wrong(_at, Current switch
            {
                '[' => "is a range; write the plain selector without [...], for the engine takes the differences itself",
                '}' => "a brace is closed that was not opened",
                _ => $"nothing was expected after the selector, and {Found} was found; sums, rates and offsets are not possible here, several selectors are a list",
            });
        }

        private bool ReadString(out string value)
        {
            value = "";
            var open = _at;
            var quote = text[_at++];
            if (quote == '`')
            {
                var close = text.IndexOf('`', _at);
                if (close < 0)
                {
                    return Wrong(open, "the string is not closed; add ` at its end");
                }

                value = text[_at..close];
                _at = close + 1;
                return true;
            }

            // Bytes, not characters, for "\xc3\xa4" spells one character in two escapes.
            var bytes = new ArrayBufferWriter<byte>();
            while (Current != quote)
            {
                if (_at >= text.Length || Current == '\n')
                {
                    return Wrong(open, $"the string is not closed; add {quote} at its end");
                }

                if (Current == '\\')
                {
                    if (!ReadEscape(quote, bytes))
                    {
                        return false;
                    }

                    continue;
                }

                var rune = Rune.TryGetRuneAt(text, _at, out var whole) ? whole : Rune.ReplacementChar;
                Append(bytes, rune);
                _at += rune.Utf16SequenceLength;
            }

            _at++;
            if (!System.Text.Unicode.Utf8.IsValid(bytes.WrittenSpan))
            {
                return Wrong(open, "the escapes of the string spell no valid UTF-8");
            }

            value = Encoding.UTF8.GetString(bytes.WrittenSpan);
            return true;
        }

        private bool ReadEscape(char quote, ArrayBufferWriter<byte> bytes)
        {
            var start = _at++;
            var kind = Current;
            _at++;
            var simple = kind switch
            {
                'a' => '\a',
                'b' => '\b',
                'f' => '\f',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'v' => '\v',
                '\\' => '\\',
                _ when kind == quote => quote,
                _ => '\0',
            };
            if (simple != '\0')
            {
                Append(bytes, new Rune(simple));
                return true;
            }

            var digits = kind switch { 'x' => 2, 'u' => 4, 'U' => 8, >= '0' and <= '7' => 3, _ => 0 };
            var from = kind is >= '0' and <= '7' ? _at - 1 : _at;
            if (digits > 0 && from + digits <= text.Length && TryReadCode(text.AsSpan(from, digits), digits == 3 ? 8 : 16, out var code))
            {
                _at = from + digits;
                if (digits <= 3 && code <= 255)
                {
                    bytes.GetSpan(1)[0] = (byte)code;
                    bytes.Advance(1);
                    return true;
                }

                if (digits > 3 && Rune.TryCreate(code, out var rune))
                {
                    Append(bytes, rune);
                    return true;
                }
            }

            return Wrong(start, $"'{text[start..Math.Min(text.Length, start + 2)]}' is no escape; a backslash itself is written \\\\, as in \"\\\\d\", or use backticks: `\\d`");
        }

        private static bool TryReadCode(ReadOnlySpan<char> digits, int radix, out int code)
        {
            long sum = 0;
            code = 0;
            foreach (var digit in digits)
            {
                var value = "0123456789abcdef".IndexOf(char.ToLowerInvariant(digit), StringComparison.Ordinal);
                if (value < 0 || value >= radix)
                {
                    return false;
                }

                sum = (sum * radix) + value;
            }

            code = (int)Math.Min(sum, int.MaxValue);
            return true;
        }

        private static void Append(ArrayBufferWriter<byte> bytes, Rune rune) => bytes.Advance(rune.EncodeToUtf8(bytes.GetSpan(4)));

        private static bool IsNameStart(char c) => char.IsAsciiLetter(c) || c == '_';

        private static string Symbol(MatchOperator comparison) => comparison switch
        {
            MatchOperator.NotEqual => "!=",
            MatchOperator.Matches => "=~",
            MatchOperator.NotMatches => "!~",
            _ => "=",
        };

        private void SkipBlank()
        {
            while (Current is ' ' or '\t' or '\n' or '\r' or '#')
            {
                if (Current == '#')
                {
                    var end = text.IndexOf('\n', _at);
                    _at = end < 0 ? text.Length : end;
                }
                else
                {
                    _at++;
                }
            }
        }

        // A problem after which the rest cannot be read.
        private bool Wrong(int at, string message)
        {
            Problems.Add(new Problem(path, $"character {at + 1} of '{Shown()}': {message}"));
            return false;
        }

        // A problem after which reading goes on, so that all of them are told at once.
        private bool Note(int at, string message)
        {
            Wrong(at, message);
            return true;
        }

        private string Shown() => text.Length <= 120 ? text : string.Concat(text.AsSpan(0, 117), "...");
    }
}
