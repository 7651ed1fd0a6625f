using System.Globalization;
using System.Text;
using Canary.Core.Analysis;

namespace Canary.Metrics.Scrape;

/// <summary>Gathers one metric's reading from the series of one text. One caller at a time.</summary>
internal abstract class MetricAccumulator : ISampleVisitor
{
    private string? _problem;

    public abstract bool Wants(ReadOnlySpan<byte> name);

    public void Visit(in Sample sample)
    {
        if (_problem is null)
        {
            Add(sample);
        }
    }

    public MetricReading Finish()
    {
        var reading = _problem is null ? Conclude() : null;
        return _problem is null ? reading! : new MetricReading.Invalid(_problem);
    }

    protected abstract void Add(in Sample sample);

    /// <summary>Makes the reading; unused when it calls <see cref="Reject"/>.</summary>
    protected abstract MetricReading? Conclude();

    protected void Reject(string problem) => _problem ??= problem;

    /// <summary>Rejects what is no count.</summary>
    protected bool IsCount(in Sample sample)
    {
        if (double.IsFinite(sample.Value) && sample.Value >= 0)
        {
            return true;
        }

        Reject($"{Show(sample)} is {Number(sample.Value)}, which is no count");
        return false;
    }

    protected static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf" : value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>Shows a series for a person, shortened.</summary>
    protected static string Show(in Sample sample)
    {
        var text = new StringBuilder(Encoding.UTF8.GetString(sample.Name));
        var separator = '{';
        foreach (var label in sample.Labels)
        {
            text.Append(separator).Append(Encoding.UTF8.GetString(sample.NameOf(label))).Append("=\"").Append(Encoding.UTF8.GetString(sample.ValueOf(label))).Append('"');
            separator = ',';
            if (text.Length > 200)
            {
                text.Length = 200;
                return $"{text}… (line {sample.Line})";
            }
        }

        return $"{text}{(separator == ',' ? "}" : "")} (line {sample.Line})";
    }
}
