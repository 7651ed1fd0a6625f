using System.Net;
using System.Text;
using Canary.Core.Analysis;

namespace Canary.Cli.Output;

/// <summary>A replay as one page that needs nothing else.</summary>
internal static class HtmlReport
{
    private const string Style = """
        :root{color-scheme:light dark}
        body{font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;background:light-dark(#fff,#0d1117);color:light-dark(#1f2328,#e6edf3)}
        h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}
        table{border-collapse:collapse;margin:.5rem 0}th,td{text-align:left;padding:.25rem .9rem .25rem 0;border-bottom:1px solid light-dark(#e4e7eb,#262c34);font-variant-numeric:tabular-nums}
        .Pass{color:light-dark(#1a7f37,#56d364)}.Fail{color:light-dark(#c01c28,#ff7b72)}
        svg{max-width:100%;height:auto;border:1px solid light-dark(#e4e7eb,#262c34);border-radius:6px;margin:.5rem 0}
        .scroll{overflow-x:auto}
        """;

    public static string Write(ReplayReport report)
    {
        var trajectory = report.Trajectory;
        var page = new StringBuilder();
        page.Append($"<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<title>{Text(report.Name)}: replay</title>\n<style>\n{Style}\n</style>\n</head>\n<body>\n");
        page.Append($"<h1>{Text(report.Name)}: <span class=\"{trajectory.Decision.State}\">{VerdictText.Word(trajectory.Decision.State).Word}</span></h1>\n<p>{Text(trajectory.Decision.Reason)}</p>\n<p>{Text(Sentence(ReplayText.Decided(trajectory)))}</p>\n");
        foreach (var note in report.Notes)
        {
            page.Append($"<p>{Text(Sentence(note))}</p>\n");
        }

        if (trajectory.Points.Count > 0)
        {
            var verdict = ReplayText.At(trajectory);
            Table(page, "Numbers at that moment", ["metric", "stable", "candidate", "ratio", "95 % interval", "odds against it", "odds for it"], verdict.Metrics.Select(metric => new[]
            {
                metric.Name,
                VerdictText.Arm(metric.StableBad, metric.StableRequests, metric.StableValues),
                VerdictText.Arm(metric.CandidateBad, metric.CandidateRequests, metric.CandidateValues),
                Figures.Ratio(metric.Ratio),
                VerdictText.Interval(metric),
                Figures.Odds(metric.LogEvidence),
                Figures.Odds(metric.LogAcceptance),
            }));
            foreach (var remark in VerdictText.Remarks(verdict))
            {
                page.Append($"<p>{Text(Sentence(remark))}</p>\n");
            }
        }

        page.Append("<h2>Pictures</h2>\n");
        foreach (var (_, svg) in ReplayPictures.Draw(report.Name, trajectory))
        {
            page.Append(svg);
        }

        Table(page, "Steps", ["weight", "from (UTC)", "until", "would have decided", "at"], trajectory.Steps.Select(step => new[]
        {
            step.Weight.ToString(), Figures.Clock(step.From), Figures.Clock(step.Until), VerdictText.Word(step.State).Word, step.DecidedAt is { } at ? Figures.Clock(at) : "-",
        }));
        Table(page, "Other settings", ["settings", "would have decided", "after", "bad requests by then"], report.Variants.Select(variant => new[]
        {
            variant.Name,
            VerdictText.Word(variant.Trajectory.Decision.State).Word,
            variant.Trajectory.Decision.After is { } after ? Figures.Time(after) : "-",
            variant.Trajectory.Decision.At is null ? "-" : Figures.Count(variant.Trajectory.Decision.BadCandidateRequests),
        }));
        return page.Append("</body>\n</html>\n").ToString();
    }

    private static void Table(StringBuilder page, string heading, string[] head, IEnumerable<string[]> rows)
    {
        page.Append($"<h2>{Text(heading)}</h2>\n<div class=\"scroll\"><table>\n<tr>{string.Concat(head.Select(cell => $"<th>{Text(cell)}</th>"))}</tr>\n");
        foreach (var row in rows)
        {
            page.Append($"<tr>{string.Concat(row.Select(cell => $"<td>{Text(cell)}</td>"))}</tr>\n");
        }

        page.Append("</table></div>\n");
    }

    private static string Sentence(string words) => words.Length == 0 ? "" : $"{char.ToUpperInvariant(words[0])}{words[1..]}.";

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
