namespace Canary.Cli.Output;

/// <summary>How much room a screen has, and what the terminal can show. Immutable.</summary>
/// <param name="Width">Columns, at least 40.</param>
/// <param name="HasColour">Whether colours are wanted.</param>
/// <param name="IsAscii">Whether only ASCII can be shown.</param>
internal sealed record Style(int Width, bool HasColour, bool IsAscii)
{
    /// <summary>Something that is behind us.</summary>
    public string Done => IsAscii ? "+" : "✔";

    /// <summary>Where we are.</summary>
    public string Here => IsAscii ? "*" : "●";

    /// <summary>What is to come.</summary>
    public string Open => IsAscii ? "o" : "○";

    /// <summary>Where it went wrong.</summary>
    public string Failed => IsAscii ? "x" : "✖";

    /// <summary>Between two steps.</summary>
    public string Link => IsAscii ? "--" : "──";

    /// <summary>What stands for text that was cut away.</summary>
    public string Cut => IsAscii ? "~" : "…";

    /// <summary>A word in the colour of its mood.</summary>
    public string Paint(string text, Mood mood) => !HasColour || text.Length == 0
        ? text
        : mood switch
        {
            Mood.Good => $"\e[32;1m{text}\e[0m",
            Mood.Bad => $"\e[31;1m{text}\e[0m",
            Mood.Open => $"\e[33;1m{text}\e[0m",
            Mood.Faint => $"\e[2m{text}\e[0m",
            _ => text,
        };

    /// <summary>A text of at most so many columns; the end is kept when the beginning says less.</summary>
    public string Fit(string text, int width, bool keepEnd = false) => text.Length <= width
        ? text
        : width < 1 ? "" : keepEnd ? Cut + text[^(width - 1)..] : text[..(width - 1)] + Cut;

    /// <summary>A ratio in [0, 1] as a bar of so many columns.</summary>
    public string Bar(double ratio, int width)
    {
        var filled = (int)Math.Round(Math.Clamp(ratio, 0, 1) * width);
        return new string(IsAscii ? '#' : '█', filled) + new string(IsAscii ? '.' : '░', width - filled);
    }

    /// <summary>Breaks a text into lines at its blanks.</summary>
    /// <param name="text">The text.</param>
    /// <param name="width">Columns of a line, at least 1.</param>
    /// <param name="indent">What later lines begin with.</param>
    public IEnumerable<string> Wrap(string text, int width, string indent = "")
    {
        var line = "";
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > indent.Length && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = indent;
            }

            var part = line.Length == 0 || line == indent ? line + word : $"{line} {word}";
            line = Fit(part, Math.Max(width, indent.Length + 1));
        }

        if (line.Length > 0)
        {
            yield return line;
        }
    }
}
