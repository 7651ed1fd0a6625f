using System.Globalization;
using System.Text;

namespace Canary.Benchmarks.Report;

/// <summary>A table in Markdown: the first column is text, the others are numbers.</summary>
internal sealed class Table(params string[] columns)
{
    private readonly StringBuilder _text = new StringBuilder()
        .Append("| ").AppendJoin(" | ", columns).AppendLine(" |")
        .Append("|---|").AppendJoin("", columns.Skip(1).Select(_ => "---:|")).AppendLine();

    public void Add(params string[] cells) => _text.Append("| ").AppendJoin(" | ", cells).AppendLine(" |");

    public override string ToString() => _text.ToString();

    public static string Bytes(double bytes) => bytes switch
    {
        >= 1 << 20 => Number(bytes / (1 << 20), "MiB"),
        >= 1 << 10 => Number(bytes / (1 << 10), "KiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes:0} B"),
    };

    public static string Time(double nanoseconds) => nanoseconds switch
    {
        >= 1e9 => Number(nanoseconds / 1e9, "s"),
        >= 1e6 => Number(nanoseconds / 1e6, "ms"),
        >= 1e3 => Number(nanoseconds / 1e3, "µs"),
        _ => Number(nanoseconds, "ns"),
    };

    /// <summary>Three digits, no more: the rest is noise.</summary>
    public static string Number(double number, string unit = "")
    {
        var digits = Math.Abs(number) switch { >= 100 => "0", >= 10 => "0.0", _ => "0.00" };
        return $"{number.ToString(digits, CultureInfo.InvariantCulture)} {unit}".TrimEnd();
    }
}
