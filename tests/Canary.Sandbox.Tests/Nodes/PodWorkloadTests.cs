using System.Globalization;
using System.Text;
using Canary.Sandbox.Nodes;
using Canary.Sandbox.Tests.Controllers;
using Xunit;

namespace Canary.Sandbox.Tests.Nodes;

public sealed class PodWorkloadTests
{
    private const int Requests = 20_000;

    [Theory]
    [InlineData("shop/checkout:v1", 0.001)]
    [InlineData("shop/checkout:v2", 0.001)]
    [InlineData("shop/checkout:v3-errors", 0.05)]
    public void Draw_ManyRequests_FailAtTheRatioOfTheImage(string image, double ratio)
    {
        var workload = new PodWorkload(ClusterObjects.Pod("p"), new ImageBehaviours().Of(image), 1);
        Serve(workload);

        var margin = 5 * Math.Sqrt(Requests * ratio * (1 - ratio));
        Assert.InRange(workload.Count.Errors, (Requests * ratio) - margin, (Requests * ratio) + margin);
        Assert.Equal(Requests, workload.Count.Requests);
    }

    [Fact]
    public void Draw_SlowImage_DoublesThe99thPercentileAndKeepsTheMedian()
    {
        var usual = ServiceTimes("shop/checkout:v1");
        var slow = ServiceTimes("shop/checkout:v4-slow");

        Assert.InRange(slow[Requests / 2] / usual[Requests / 2], 0.95, 1.05);
        Assert.InRange(slow[Requests * 99 / 100] / usual[Requests * 99 / 100], 1.8, 2.2);
        Assert.InRange(usual[Requests / 2].TotalMilliseconds, 3.8, 4.2);
    }

    [Fact]
    public void Draw_SameSeedAndName_IsTheSameRun()
    {
        var first = new PodWorkload(ClusterObjects.Pod("p"), PodBehaviour.Healthy, 7);
        var second = new PodWorkload(ClusterObjects.Pod("p"), PodBehaviour.Healthy, 7);
        var other = new PodWorkload(ClusterObjects.Pod("q"), PodBehaviour.Healthy, 7);

        var drawn = Draws(first);
        Assert.Equal(drawn, Draws(second));
        Assert.NotEqual(drawn, Draws(other));
    }

    [Fact]
    public void WriteSidecarMetrics_AfterRequests_AddUp()
    {
        var workload = new PodWorkload(ClusterObjects.Pod("p"), PodBehaviour.Faulty, 1);
        Serve(workload);
        var text = new StringBuilder();
        workload.WriteSidecarMetrics(text);
        var lines = text.ToString().Split('\n');

        double Sum(string prefix, string part) => lines.Where(line => line.StartsWith(prefix, StringComparison.Ordinal) && line.Contains(part, StringComparison.Ordinal))
            .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
        Assert.Equal(workload.Count.Errors, Sum("istio_requests_total{", "response_code=\"500\""));
        Assert.Equal(Requests, Sum("istio_request_duration_milliseconds_bucket{", "le=\"+Inf\""));
        Assert.Equal(Requests, Sum("istio_request_duration_milliseconds_count{", ""));
        Assert.Equal(Requests, Sum("http_requests_total{", ""));
    }

    [Fact]
    public void WorkloadLabels_HashNamedReplicaSet_CountAsItsDeployment()
    {
        var pod = ClusterObjects.Pod("p", hash: "abc", owner: "uid");
        pod["metadata"]!["labels"]!["version"] = "v2";

        var labels = WorkloadLabels.Of(pod);

        Assert.Equal(("checkout", "checkout", "v2"), (labels.Workload, labels.App, labels.CanonicalRevision));
    }

    private static void Serve(PodWorkload workload)
    {
        for (var i = 0; i < Requests; i++)
        {
            workload.Record(workload.Draw(), null, null);
        }
    }

    private static TimeSpan[] ServiceTimes(string image)
    {
        var workload = new PodWorkload(ClusterObjects.Pod("p"), new ImageBehaviours().Of(image), 1);
        return [.. Enumerable.Range(0, Requests).Select(_ => workload.Draw().ServiceTime).Order()];
    }

    private static List<PodReply> Draws(PodWorkload workload) => [.. Enumerable.Range(0, 50).Select(_ => workload.Draw())];
}
