using System.Diagnostics;
using Xunit;

namespace Canary.Kubernetes.Tests.Api;

/// <summary>Waits for conditions that other threads bring about.</summary>
internal static class Eventually
{
    public static async Task HoldsAsync(Func<bool> condition, Action? meanwhile = null)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), "the condition did not come to hold in time");
            meanwhile?.Invoke();
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }
    }
}
