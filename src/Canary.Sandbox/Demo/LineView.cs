using System.Globalization;

namespace Canary.Sandbox.Demo;

/// <summary>Writes one plain line for each change.</summary>
internal sealed class LineView(TextWriter output) : IDemoView
{
    private string _last = "";

    public void Title(string text) => output.WriteLine($"\n== {text}");

    public void Event(TimeSpan at, string text, Mood mood = Mood.Plain) => output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{at:mm\\:ss\\.f}  {text}"));

    public void Progress(TimeSpan at, RolloutGlance glance, string traffic)
    {
        // numbers change all the time: a line for each change of step, weight or state is enough
        var key = $"{glance.Phase} {glance.Step} {glance.Weight} {glance.VerdictState}";
        if (key != _last)
        {
            _last = key;
            Event(at, $"{glance.Phase,-11} {glance.Weight,3} %  {glance.Message}");
        }
    }

    public void Settle() => _last = "";
}
