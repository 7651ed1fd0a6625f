namespace Canary.Cli.Output;

/// <summary>Where a command writes. One caller at a time.</summary>
/// <param name="output">What was asked for.</param>
/// <param name="error">What went wrong, and progress.</param>
/// <param name="isInteractive">Whether a person watches: then progress is drawn over itself.</param>
/// <param name="hasColour">Whether colours are wanted: the environment variable NO_COLOR is empty, and it is a terminal.</param>
internal sealed class Terminal(TextWriter output, TextWriter error, bool isInteractive, bool hasColour)
{
    private bool _drawn;

    public TextWriter Out { get; } = output;

    public TextWriter Error { get; } = error;

    public bool IsInteractive { get; } = isInteractive;

    /// <summary>Marks a word as good, bad or neither.</summary>
    public string Coloured(string word, Mood mood) => !hasColour
        ? word
        : mood switch
        {
            Mood.Good => $"\e[32;1m{word}\e[0m",
            Mood.Bad => $"\e[31;1m{word}\e[0m",
            _ => $"\e[33;1m{word}\e[0m",
        };

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
}

/// <summary>How a word is meant.</summary>
internal enum Mood
{
    /// <summary>Neither.</summary>
    Open,

    /// <summary>Good news.</summary>
    Good,

    /// <summary>Bad news.</summary>
    Bad,
}
