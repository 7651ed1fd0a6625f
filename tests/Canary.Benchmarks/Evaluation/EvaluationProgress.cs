using System.Globalization;

namespace Canary.Benchmarks.Evaluation;

/// <summary>Tells on standard error how far the work is: one line that is redrawn on a terminal, a line every ten seconds elsewhere.</summary>
internal sealed class EvaluationProgress(double work, TimeProvider time)
{
    private const int Width = 30;
    private static readonly bool Redraws = !Console.IsErrorRedirected;
    private readonly Lock _lock = new();
    private readonly long _started = time.GetTimestamp();
    private TimeSpan _told = TimeSpan.Zero;
    private double _done;

    public void Add(double done, string what)
    {
        lock (_lock)
        {
            _done += done;
            var elapsed = time.GetElapsedTime(_started);
            var pause = Redraws ? TimeSpan.FromMilliseconds(200) : TimeSpan.FromSeconds(10);
            if (elapsed - _told < pause)
            {
                return;
            }

            _told = elapsed;
            var share = Math.Min(1, _done / work);
            var left = TimeSpan.FromSeconds(elapsed.TotalSeconds * (1 - share) / share);
            var line = string.Create(CultureInfo.InvariantCulture, $"{100 * share,3:0} % after {elapsed:m\\:ss}, about {left:m\\:ss} left, now {what}");
            if (Redraws)
            {
                Console.Error.Write($"\r[{new string('#', (int)(Width * share)),-Width}] {line}\e[K");
            }
            else
            {
                Console.Error.WriteLine(line);
            }
        }
    }

    public void End()
    {
        var elapsed = time.GetElapsedTime(_started);
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(Redraws ? "\r\e[K" : "")}Simulated in {elapsed:m\\:ss} on {Environment.ProcessorCount} cores."));
    }
}
