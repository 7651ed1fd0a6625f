using System.Threading.Channels;

namespace Canary.Sandbox.Mesh;

/// <summary>Sends copies of requests and forgets the answers. When copies pile up, new ones are dropped. <see cref="TrySend"/> is thread-safe.</summary>
internal sealed class MirrorSender(HttpMessageInvoker client)
{
    private const int Senders = 32;

    private readonly Channel<HttpRequestMessage> _copies =
        Channel.CreateBounded<HttpRequestMessage>(new BoundedChannelOptions(1024) { FullMode = BoundedChannelFullMode.DropWrite }, dropped => dropped.Dispose());

    public void TrySend(HttpRequestMessage copy) => _copies.Writer.TryWrite(copy);

    /// <summary>Runs until cancelled.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => Task.WhenAll(Enumerable.Range(0, Senders).Select(_ => SendAsync(cancellationToken)));

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        await foreach (var copy in _copies.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            using (copy)
            {
                try
                {
                    using var response = await client.SendAsync(copy, cancellationToken).ConfigureAwait(false);
                    await response.Content.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
                }
                catch (Exception exception) when (exception is HttpRequestException or IOException)
                {
                    // a mirror's failure is nobody's failure
                }
            }
        }
    }
}
