using System.Text.Json.Nodes;
using Canary.Core;
using Canary.Core.Analysis;

namespace Canary.Cli.Output;

/// <summary>Writes what an analysis came to.</summary>
internal static class AnalysisText
{
    public static void Write(Terminal terminal, Trajectory trajectory, OutputFormat format)
    {
        var verdict = ReplayText.At(trajectory);
        if (format == OutputFormat.Text)
        {
            VerdictText.Write(terminal, trajectory.Decision.State, trajectory.Decision.Reason, verdict);
            terminal.Out.WriteLine(ReplayText.Decided(trajectory));
            return;
        }

        var written = VerdictJson.Write(verdict);
        written["state"] = VerdictText.Word(trajectory.Decision.State).Word.ToLowerInvariant();
        if (trajectory.Decision is { At: { } at, After: { } after })
        {
            written["decidedAt"] = JsonText.Time(at);
            written["afterSeconds"] = JsonValue.Create(after.TotalSeconds);
        }

        terminal.Out.WriteLine(written.ToJsonString(JsonText.Indented));
    }
}
