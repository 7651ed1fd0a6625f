namespace Canary.Sandbox.ApiServer;

/// <summary>Leaves the process's signals to the process: the default lifetime would swallow Ctrl+C and SIGTERM.</summary>
internal sealed class EmbeddedLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
