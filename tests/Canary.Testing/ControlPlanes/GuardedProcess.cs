using System.Diagnostics;

namespace Canary.Testing.ControlPlanes;

/// <summary>
/// A program that does not outlive this process, however this process ends: a guard beside it reads a pipe that only this process holds
/// open, and kills the program when the pipe closes. Thread-safe but for disposal.
/// </summary>
/// <remarks>The kernel's own signal at a parent's death would not do: it comes when the *thread* that started the program ends.</remarks>
internal sealed class GuardedProcess : IAsyncDisposable
{
    private const int RememberedLines = 400;

    // $0 is the program; the guard makes sure that it kills its own parent, and not a stranger with the same number.
    private const string Guard =
        """
        exec 3<&0
        sh -c 'cat >/dev/null; read -r _ _ _ parent _ </proc/$$/stat; [ "$parent" != "$0" ] || kill -KILL "$0"' $$ <&3 3<&- >/dev/null 2>&1 &
        exec "$0" "$@" </dev/null 3<&-
        """;

    private readonly Process _process;
    private readonly Task _reading;
    private readonly Queue<string> _lines = new();

    private GuardedProcess(string name, Process process)
    {
        Name = name;
        _process = process;
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
    }

    public string Name { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Starts a program.</summary>
    /// <param name="program">Path of the program.</param>
    /// <param name="arguments">Its arguments.</param>
    public static GuardedProcess Start(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", Guard, program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new GuardedProcess(Path.GetFileName(program), Process.Start(start)!); // not shell-executed, so never null
    }

    /// <summary>What it printed last.</summary>
    /// <param name="lines">At most so many lines.</param>
    public string Tail(int lines)
    {
        lock (_lines)
        {
            return string.Join('\n', _lines.TakeLast(lines));
        }
    }

    /// <summary>Kills the program and waits until it is gone.</summary>
    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        await _reading;
        _process.Dispose();
    }

    private async Task ReadAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_lines)
            {
                _lines.Enqueue(line);
                if (_lines.Count > RememberedLines)
                {
                    _lines.Dequeue();
                }
            }
        }
    }
}
