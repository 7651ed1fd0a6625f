using k8s;
using k8s.Models;
using Xunit;
using static Canary.Sandbox.ApiServer.Samples;

namespace Canary.Sandbox.ApiServer;

public sealed class FaultTests
{
    [Fact]
    public async Task AbortWatches_WhileAClientReads_LetsItResumeWithoutLoss()
    {
        await using var running = await RunningServer.StartAsync();
        var last = (await running.DoAsync("GET", ConfigMaps)).Text("metadata", "resourceVersion");
        var seen = new List<string>();
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        var reading = Task.Run(async () =>
        {
            while (seen.Count < 3)
            {
                try
                {
                    await foreach (var (_, item) in running.Client.CoreV1.WatchListNamespacedConfigMapAsync("default", resourceVersion: last, cancellationToken: RunningServer.Cancellation))
                    {
                        seen.Add(item.Metadata.Name);
                        last = item.Metadata.ResourceVersion;
                        first.TrySetResult();
                        if (seen.Count == 3)
                        {
                            break;
                        }
                    }
                }
                catch (Exception cut) when (cut is HttpRequestException or IOException)
                {
                    continue; // as any informer does
                }
            }
        }, RunningServer.Cancellation);
        await running.DoAsync("POST", ConfigMaps, ConfigMap("a"));
        await first.Task;
        running.Server.AbortWatches();
        await running.DoAsync("POST", ConfigMaps, ConfigMap("b"));
        await running.DoAsync("POST", ConfigMaps, ConfigMap("c"));
        await reading;

        Assert.Equal(["a", "b", "c"], seen);
    }

    [Fact]
    public async Task Watch_ThatDoesNotKeepUp_IsEnded()
    {
        await using var running = await RunningServer.StartAsync(new() { WatchQueueLimit = 2 });
        running.Server.SilenceWatches();
        var reading = running.WatchAsync(ConfigMaps + "?watch=true", RunningServer.Cancellation).ToListAsync(RunningServer.Cancellation).AsTask();
        await Eventually.TrueAsync(() => running.Server.OpenWatches == 1);

        foreach (var name in new[] { "a", "b", "c", "d", "e" })
        {
            await running.DoAsync("POST", ConfigMaps, ConfigMap(name));
        }

        running.Server.ResumeWatches();
        Assert.Equal(["a", "b"], (await reading).Select(line => line.Text("object", "metadata", "name")));
    }

    [Fact]
    public async Task WriteKubeconfig_ReadByKubernetesClient_ReachesTheServer()
    {
        await using var running = await RunningServer.StartAsync();
        var folder = Directory.CreateTempSubdirectory("canary-kubeconfig-");
        try
        {
            var path = running.Server.WriteKubeconfig(Path.Combine(folder.FullName, "config"));
            using var client = new k8s.Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(path));

            var namespaces = await client.CoreV1.ListNamespaceAsync(cancellationToken: RunningServer.Cancellation);

            Assert.Contains(namespaces.Items, item => item.Name() == "default");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
