using System.Diagnostics;

namespace Canary.Testing;

/// <summary>A terminal of a fixed size, as tmux is one: what a person would see.</summary>
public sealed class Tmux : IDisposable
{
    private const string Session = "canary";

    private readonly string _socket;

    private Tmux(string socket) => _socket = socket;

    /// <summary>Whether tmux is on the PATH.</summary>
    public static bool IsThere { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "tmux")));

    /// <summary>Runs a command in a new terminal; the terminal stays when it ends.</summary>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="command">A command of the shell.</param>
    public static Tmux Start(int width, int height, string command)
    {
        var terminal = new Tmux($"canary-{Guid.NewGuid():N}");
        terminal.Call("-f", "/dev/null", "-u", "new-session", "-d", "-s", Session, "-x", $"{width}", "-y", $"{height}", $"LANG=C.UTF-8 LC_ALL=C.UTF-8 sh -c '{command.Replace("'", "'\\''", StringComparison.Ordinal)}'; exec cat");
        return terminal;
    }

    /// <summary>Reads what is on the screen.</summary>
    /// <param name="colours">Whether colours are told, as escape sequences.</param>
    /// <returns>The lines, without blanks at their ends.</returns>
    public IReadOnlyList<string> Capture(bool colours = false) => [.. Call(["capture-pane", "-p", "-t", Session, .. colours ? (string[])["-e"] : []]).TrimEnd('\n').Split('\n').Select(line => line.TrimEnd())];

    /// <summary>Waits until the screen shows something.</summary>
    /// <exception cref="TimeoutException">It does not within 60 s.</exception>
    public async Task<IReadOnlyList<string>> UntilAsync(Func<IReadOnlyList<string>, bool> shows, CancellationToken cancellation, bool colours = false)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var screen = Capture(colours);
            if (shows(screen))
            {
                return screen;
            }

            if (TimeProvider.System.GetElapsedTime(started) > TimeSpan.FromSeconds(60))
            {
                throw new TimeoutException($"the screen does not show it: {string.Join('\n', screen)}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellation);
        }
    }

    public void Dispose() => Call("kill-server");

    private string Call(params string[] arguments)
    {
        var start = new ProcessStartInfo("tmux", ["-L", _socket, .. arguments]) { RedirectStandardOutput = true };
        start.Environment.Remove("TMUX");
        using var process = Process.Start(start)!; // a new process, so never null
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }
}
