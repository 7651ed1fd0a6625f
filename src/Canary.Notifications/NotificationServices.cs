using Canary.Engine.Ports;
using Canary.Notifications.Outbound;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Canary.Notifications;

/// <summary>Adds the receivers to a host.</summary>
public static class NotificationServices
{
    /// <summary>Adds <see cref="INotifier"/>. Options are checked when the host starts.</summary>
    /// <param name="services">Must also hold a <see cref="TimeProvider"/> and an <see cref="IReceiverDirectory"/>.</param>
    /// <param name="configuration">The section <see cref="NotificationOptions.Section"/>.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddCanaryNotifications(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<NotificationOptions>().Bind(configuration).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<NotificationOptions>, NotificationOptionsValidator>());
        services.TryAddSingleton<OutboundHttp>();
        services.TryAddSingleton<INotifier, ReceiverNotifier>();
        return services;
    }
}
