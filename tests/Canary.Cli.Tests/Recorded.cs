using System.Globalization;
using System.Text;
using Canary.Testing;

namespace Canary.Cli.Tests;

/// <summary>Files of made-up measurements, in a folder of their own.</summary>
internal sealed class Recorded : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("canary-cli-");

    public string Folder => _folder.FullName;

    public string PathOf(string name) => Path.Combine(Folder, name);

    public string File(string name, string text)
    {
        System.IO.File.WriteAllText(PathOf(name), text);
        return PathOf(name);
    }

    /// <summary>A table of two steps; the candidate's errors are so many percent, the stable ones 1 %.</summary>
    public string Table(double candidatePercent, int blocks = 120)
    {
        var random = new SplitMixRandom(11);
        var text = new StringBuilder("time,arm,requests,errors,weight\n");
        for (var i = 1; i <= blocks; i++)
        {
            var weight = i <= blocks / 2 ? 5 : 25;
            text.Append(CultureInfo.InvariantCulture, $"{i * 10},stable,{1000 - weight * 10},{Bad(random, 1000 - weight * 10, 0.01)},{weight}\n");
            text.Append(CultureInfo.InvariantCulture, $"{i * 10},candidate,{weight * 10},{Bad(random, weight * 10, candidatePercent / 100)},{weight}\n");
        }

        return File("table.csv", text.ToString());
    }

    /// <summary>Lines with raw counters of two stable pods and one candidate pod; the candidate answers so many times slower.</summary>
    public string Lines(double slower, int rounds = 61)
    {
        var random = new SplitMixRandom(5);
        double[] bounds = [1, 5, 10, 25, 50, 100, 250, 500, 1000];
        var pods = new[] { ("stable", "s1"), ("stable", "s2"), ("candidate", "c1") };
        var counts = pods.ToDictionary(pod => pod.Item2, _ => new double[bounds.Length + 1]);
        var errors = pods.ToDictionary(pod => pod.Item2, _ => 0);
        var text = new StringBuilder();
        for (var i = 0; i < rounds; i++)
        {
            var at = new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero).AddSeconds(10 * i);
            var told = pods.Select(pod =>
            {
                for (var request = 0; i > 0 && request < (pod.Item1 == "candidate" ? 100 : 450); request++)
                {
                    var ms = (pod.Item1 == "candidate" ? slower : 1) * -40 * Math.Log(1 - random.NextDouble());
                    var bucket = Array.FindIndex(bounds, bound => ms <= bound);
                    counts[pod.Item2][bucket < 0 ? bounds.Length : bucket]++;
                    errors[pod.Item2] += random.NextDouble() < 0.01 ? 1 : 0;
                }

                var sum = 0.0;
                var cumulative = counts[pod.Item2].Select(count => sum += count).ToArray();
                return string.Create(CultureInfo.InvariantCulture, $"{{\"arm\":\"{pod.Item1}\",\"uid\":\"{pod.Item2}\",\"metrics\":{{\"errors\":{{\"requests\":{sum},\"errors\":{errors[pod.Item2]}}},\"latency\":{{\"bounds\":[{string.Join(',', bounds)}],\"counts\":[{string.Join(',', cumulative)}]}}}}}}");
            });
            text.Append(CultureInfo.InvariantCulture, $"{{\"at\":\"{at:yyyy-MM-ddTHH:mm:ssZ}\",\"weight\":10,\"pods\":[{string.Join(',', told)}]}}\n");
        }

        return File("lines.jsonl", text.ToString());
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static int Bad(SplitMixRandom random, int requests, double ratio) => Enumerable.Range(0, requests).Count(_ => random.NextDouble() < ratio);
}
