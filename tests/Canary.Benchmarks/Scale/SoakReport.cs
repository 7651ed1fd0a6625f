using System.Globalization;
using System.Text;
using Canary.Benchmarks.Idle;
using Canary.Benchmarks.Report;

namespace Canary.Benchmarks.Scale;

/// <summary>Tells and draws how the engine's memory went.</summary>
internal static class SoakReport
{
    private const int Width = 720;
    private const int Height = 200;
    private const int Left = 60;
    private const int Bottom = 30;
    private const double Mebibyte = 1 << 20;

    public static string Write(SoakFacts facts, ScaleSize size, string picture)
    {
        var (slope, last) = (facts.Slope, facts.Samples[^1]);
        var table = new Table("", "start", "first third over", "end", "most");
        table.Add("own memory", Table.Bytes(facts.Samples[0].Facts.Own), Table.Bytes(facts.Counted[0].Facts.Own), Table.Bytes(last.Facts.Own), Table.Bytes(facts.Samples.Max(sample => sample.Facts.Own)));
        table.Add("resident", Table.Bytes(facts.Samples[0].Facts.Resident), Table.Bytes(facts.Counted[0].Facts.Resident), Table.Bytes(last.Facts.Resident), Table.Bytes(facts.Samples.Max(sample => sample.Facts.Resident)));
        return string.Create(CultureInfo.InvariantCulture, $"""
            {size.Rollouts:N0} Rollouts of {size.Replicas} pods, to one of which something happens all the time for {last.At.TotalMinutes:0} minutes; server: {size.Server}. Done: {Listed(facts.Done)}.
            The engine made {facts.Rounds:N0} rounds, {facts.Passes:N0} passes and {facts.Requests:N0} requests, with {100 * facts.Core:0.#} % of one core. How the rollouts ended that the Rollouts
            still remember (ten each): {Listed(facts.Outcomes)}.

            **Own memory changes by {PerHour(slope.PerSecond)} MiB an hour (95 % interval {PerHour(slope.Low)} to {PerHour(slope.High)})** over the last two thirds, {facts.Counted.Count} samples: Theil and Sen's
            median of the slopes of all pairs, whose interval takes samples to be independent, which makes it too narrow. Must hold: no growth.

            ![own memory]({picture})

            {table}
            """);
    }

    /// <summary>Draws the own memory over time, and the line through what counts.</summary>
    public static string Draw(SoakFacts facts)
    {
        var most = Math.Ceiling(facts.Samples.Max(sample => sample.Facts.Own) / Mebibyte / 50) * 50;
        var length = facts.Samples[^1].At.TotalSeconds;
        double X(double seconds) => Left + ((Width - Left - 10) * seconds / length);
        double Y(double mebibytes) => Height - Bottom - ((Height - Bottom - 10) * mebibytes / most);
        var middle = facts.Counted.Select(sample => sample.Facts.Own / Mebibyte - (facts.Slope.PerSecond / Mebibyte * sample.At.TotalSeconds)).Order().ElementAt(facts.Counted.Count / 2);
        double Line(double seconds) => middle + (facts.Slope.PerSecond / Mebibyte * seconds);
        var begin = facts.Counted[0].At.TotalSeconds;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {Height}" font-family="sans-serif" font-size="11">
            <title>Own memory of the engine in MiB over {length / 60:0} minutes of churn</title>
            <rect width="{Width}" height="{Height}" fill="#fff"/>

            """);
        for (var step = 0; step <= 4; step++)
        {
            var (mebibytes, seconds) = (most * step / 4, length * step / 4);
            text.Append(CultureInfo.InvariantCulture, $"""
                <path d="M{Left} {Y(mebibytes):0.#}H{Width - 10}" stroke="#ddd"/><text x="{Left - 6}" y="{Y(mebibytes) + 4:0.#}" text-anchor="end">{mebibytes:0.#} MiB</text>
                <text x="{X(seconds):0.#}" y="{Height - 10}" text-anchor="middle">{seconds / 60:0.#} min</text>

                """);
        }

        var points = string.Join(' ', facts.Samples.Select(sample => string.Create(CultureInfo.InvariantCulture, $"{X(sample.At.TotalSeconds):0.#},{Y(sample.Facts.Own / Mebibyte):0.#}")));
        text.Append(CultureInfo.InvariantCulture, $"""
            <polyline points="{points}" fill="none" stroke="#1f6feb" stroke-width="1.5"/>
            <path d="M{X(begin):0.#} {Y(Line(begin)):0.#}L{X(length):0.#} {Y(Line(length)):0.#}" stroke="#d1242f" stroke-width="1.5" stroke-dasharray="6 4"/>
            </svg>

            """);
        return text.ToString().ReplaceLineEndings("\n");
    }

    private static string PerHour(double bytesPerSecond) => (bytesPerSecond * 3600 / Mebibyte).ToString("0.0", CultureInfo.InvariantCulture);

    private static string Listed(IReadOnlyDictionary<string, int> all) =>
        all.Count == 0 ? "nothing" : string.Join(", ", all.OrderByDescending(one => one.Value).Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.Value:N0} {one.Key}")));
}
