namespace Canary.Cli.Output;

/// <summary>A table that fits the terminal: columns that matter least are left out first, then the widest one is cut.</summary>
internal sealed class Grid(params GridColumn[] columns)
{
    private const string Gap = "  ";

    private readonly List<GridCell[]> _rows = [];

    public void Add(params GridCell[] cells) => _rows.Add(cells);

    /// <summary>Draws the table.</summary>
    /// <param name="style">The room and the colours.</param>
    /// <param name="indent">What each line begins with.</param>
    /// <param name="fits">Whether it has to fit the width; a list that is piped is never cut.</param>
    public IEnumerable<string> Lines(Style style, string indent = "", bool fits = true)
    {
        var shown = Enumerable.Range(0, columns.Length).Where(column => columns[column].Name.Length == 0 || _rows.Exists(row => row[column].Text.Length > 0)).ToList();
        var widths = columns.Select((column, index) => Math.Max(column.Name.Length, _rows.Select(row => row[index].Text.Length).DefaultIfEmpty().Max())).ToArray();
        int Total() => indent.Length + shown.Sum(column => widths[column]) + Gap.Length * (shown.Count - 1);
        while (fits && Total() > style.Width && shown.MaxBy(column => columns[column].Rank) is var least && columns[least].Rank > 0)
        {
            // a column that can be cut to something that still says enough stays
            var over = Total() - style.Width;
            if (columns[least].Least is > 0 and var smallest && widths[least] - over >= smallest)
            {
                widths[least] -= over;
                break;
            }

            shown.Remove(least);
        }

        while (fits && Total() > style.Width && shown.MaxBy(column => widths[column]) is var widest && widths[widest] > 8)
        {
            widths[widest] = Math.Max(8, widths[widest] - (Total() - style.Width));
        }

        if (columns.Any(column => column.Name.Length > 0))
        {
            yield return Line(style, indent, shown, widths, [.. columns.Select(column => new GridCell(column.Name, Mood.Faint))]);
        }

        foreach (var row in _rows)
        {
            yield return Line(style, indent, shown, widths, row);
        }
    }

    private string Line(Style style, string indent, List<int> shown, int[] widths, GridCell[] row)
    {
        var line = indent;
        var blanks = "";
        foreach (var column in shown)
        {
            var text = style.Fit(row[column].Text, widths[column], columns[column].KeepsEnd);
            var filling = new string(' ', widths[column] - text.Length);
            if (text.Length > 0)
            {
                line += columns[column].Right ? blanks + filling + style.Paint(text, row[column].Mood) : blanks + style.Paint(text, row[column].Mood);
                blanks = (columns[column].Right ? "" : filling) + Gap;
            }
            else
            {
                blanks += filling + Gap;
            }
        }

        return line;
    }
}

/// <summary>A column.</summary>
/// <param name="Name">Its head; empty in every column leaves the head out.</param>
/// <param name="Rank">Columns of the highest rank are left out first; 0 always stays.</param>
/// <param name="Right">Whether its numbers stand at its right edge.</param>
/// <param name="Least">The columns to which it may be cut before it is left out; 0 leaves it out at once.</param>
/// <param name="KeepsEnd">Whether the end of a text says more than its beginning.</param>
internal sealed record GridColumn(string Name, int Rank = 0, bool Right = false, int Least = 0, bool KeepsEnd = false);

/// <summary>A cell.</summary>
/// <param name="Text">What it says.</param>
/// <param name="Mood">How it is meant.</param>
internal sealed record GridCell(string Text, Mood Mood = Mood.Plain)
{
    public static implicit operator GridCell(string text) => new(text);
}
