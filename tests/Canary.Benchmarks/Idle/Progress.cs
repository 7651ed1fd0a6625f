using System.Globalization;

namespace Canary.Benchmarks.Idle;

/// <summary>Tells how far something is, at most once a second.</summary>
internal sealed class Progress(string what, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly long _started = time.GetTimestamp();
    private TimeSpan _told = TimeSpan.FromDays(-1);

    public string What { get; } = what;

    public void Show(int done, int wanted)
    {
        lock (_lock)
        {
            var elapsed = time.GetElapsedTime(_started);
            if (done >= wanted || elapsed - TimeSpan.FromSeconds(1) > _told)
            {
                _told = elapsed;
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{elapsed.TotalSeconds,6:0.0} s  {done} of {wanted} {What}"));
            }
        }
    }
}
