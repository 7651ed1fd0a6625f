using Canary.Sandbox.Nodes;

namespace Canary.Scenarios.Support;

/// <summary>Counts requests at the pods of a shop as its weights would split them, without sockets: all that the analysis sees of traffic.</summary>
internal sealed class Feed : IAsyncDisposable
{
    private const int RequestsPerBeat = 200;

    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(50);

    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _feeding;

    public Feed(Shop shop) => _feeding = RunAsync(shop);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _feeding;
        _stopping.Dispose();
    }

    private async Task RunAsync(Shop shop)
    {
        while (!_stopping.IsCancellationRequested)
        {
            var (stable, candidate) = await shop.WeightsAsync();
            var hash = (string?)(await shop.RolloutAsync())["status"]?["stable"]?["revision"];
            foreach (var arm in (await shop.WorkloadsAsync()).GroupBy(workload => workload.Count.Hash == hash))
            {
                var pods = arm.ToList();
                for (var sent = 0; sent < RequestsPerBeat * (arm.Key ? stable : candidate) / 100; sent++)
                {
                    var workload = pods[sent % pods.Count];
                    workload.Record(workload.Draw(), null, null);
                }
            }

            await Task.Delay(Beat, TimeProvider.System, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
