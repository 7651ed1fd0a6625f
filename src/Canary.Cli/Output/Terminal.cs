namespace Canary.Cli.Output;

/// <summary>Where a command writes. One caller at a time.</summary>
/// <param name="output">What was asked for.</param>
/// <param name="error">What went wrong, and progress.</param>
/// <param name="isInteractive">Whether a person watches: then progress is drawn over itself.</param>
/// <param name="hasColour">Whether colours are wanted: the environment variable NO_COLOR is empty, and it is a terminal.</param>
internal sealed class Terminal(TextWriter output, TextWriter error, bool isInteractive, bool hasColour)
{
    /// <summary>Columns where nobody says how wide the terminal is.</summary>
    public const int UsualWidth = 80;

    private bool _drawn;
    private int _frame;

    public TextWriter Out { get; } = output;

    public TextWriter Error { get; } = error;

    /// <summary>Where answers of a person come from; null when nobody can answer.</summary>
    public TextReader? Input { get; init; }

    /// <summary>What another program pipes in; null when nothing does.</summary>
    public TextReader? Piped { get; init; }

    public bool IsInteractive { get; } = isInteractive;

    /// <summary>The size in columns and rows, asked anew for every screen: windows change.</summary>
    public Func<(int Columns, int Rows)> Size { get; init; } = () => (UsualWidth, int.MaxValue);

    /// <summary>Whether only ASCII can be shown.</summary>
    public bool IsAscii { get; init; }

    /// <summary>The room and the colours for a screen.</summary>
    public Style Style(bool ascii = false) => new(Math.Max(40, Size().Columns), hasColour, IsAscii || ascii);

    /// <summary>Marks a word as good, bad or neither.</summary>
    public string Coloured(string word, Mood mood) => new Style(UsualWidth, hasColour, IsAscii).Paint(word, mood);

    /// <summary>Shows how far it is: one line that is drawn anew for a person, a line each time in a log.</summary>
    public void Progress(string line)
    {
        Error.Write(IsInteractive ? $"\r\e[K{line}" : line + Environment.NewLine);
        Error.Flush();
        _drawn = IsInteractive;
    }

    /// <summary>Takes the line of progress away.</summary>
    public void EndProgress()
    {
        if (_drawn)
        {
            Error.Write("\r\e[K");
            _drawn = false;
        }
    }

    /// <summary>Draws a screen over the one before; what the window has no rows for is left out.</summary>
    public void Draw(IReadOnlyList<string> lines)
    {
        var shown = lines.Take(Math.Max(1, Size().Rows - 1)).ToList();
        var frame = new System.Text.StringBuilder();
        if (_frame > 0)
        {
            frame.Append(System.Globalization.CultureInfo.InvariantCulture, $"\e[{_frame}A");
        }

        foreach (var line in shown)
        {
            frame.Append('\r').Append(line).Append("\e[K\n");
        }

        // one write, so that nobody sees half of it
        Out.Write(frame.Append("\e[J").ToString());
        Out.Flush();
        _frame = shown.Count;
    }

    /// <summary>Asks a person.</summary>
    /// <returns>Whether they agree; true when nobody is there who could be asked.</returns>
    public bool Confirm(string question)
    {
        if (!IsInteractive || Input is null)
        {
            return true;
        }

        Error.Write($"{question} [y/N] ");
        Error.Flush();
        return Input.ReadLine()?.Trim().ToLowerInvariant() is "y" or "yes";
    }
}

/// <summary>How a word is meant.</summary>
internal enum Mood
{
    /// <summary>Neither good nor bad yet.</summary>
    Open,

    /// <summary>Good news.</summary>
    Good,

    /// <summary>Bad news.</summary>
    Bad,

    /// <summary>A plain word.</summary>
    Plain,

    /// <summary>Of less interest.</summary>
    Faint,
}
