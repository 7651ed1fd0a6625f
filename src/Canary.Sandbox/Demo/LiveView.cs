using System.Globalization;
using Spectre.Console;

namespace Canary.Sandbox.Demo;

/// <summary>Draws the state of the rollout under what has happened, and over itself.</summary>
internal sealed class LiveView(IAnsiConsole console) : IDemoView
{
    private const int BarWidth = 40;

    private int _drawn;

    public void Title(string text)
    {
        Erase();
        console.WriteLine();
        console.Write(new Rule($"[bold]{Markup.Escape(text)}[/]").LeftJustified());
    }

    public void Event(TimeSpan at, string text, Mood mood = Mood.Plain)
    {
        Erase();
        var colour = mood switch { Mood.Good => "green", Mood.Bad => "red", _ => "default" };
        console.MarkupLine($"[grey]{at.ToString("mm\\:ss\\.f", CultureInfo.InvariantCulture)}[/]  [{colour}]{Markup.Escape(text)}[/]");
    }

    public void Progress(TimeSpan at, RolloutGlance glance, string traffic)
    {
        Erase();
        var filled = BarWidth * glance.Weight / 100;
        var phase = glance.Phase switch { "Healthy" => "green", "Degraded" or "RollingBack" or "Invalid" => "red", "Paused" => "yellow", _ => "aqua" };
        var verdict = glance.VerdictState switch { "Pass" => "green", "Fail" => "red", "Unknown" => "yellow", _ => "default" };
        Draw($"  [{phase}]{Markup.Escape(glance.Phase),-12}[/] [blue]{new string('█', filled)}[/][grey]{new string('░', BarWidth - filled)}[/] {glance.Weight,3} %  {Markup.Escape(glance.Step)}");
        Draw($"  [grey]{Markup.Escape(traffic)}[/]");
        Draw($"  [{verdict}]{Markup.Escape(glance.Verdict ?? glance.Message)}[/]");
    }

    public void Settle() => Erase();

    private void Draw(string markup)
    {
        var width = Math.Max(40, console.Profile.Width - 1);
        var plain = Markup.Remove(markup);
        if (plain.Length > width)
        {
            markup = Markup.Escape(plain[..width]);
        }

        console.MarkupLine(markup);
        _drawn++;
    }

    private void Erase()
    {
        for (; _drawn > 0; _drawn--)
        {
            console.Cursor.MoveUp();
            console.Write(new ControlCode("\r\u001b[2K"));
        }
    }
}
