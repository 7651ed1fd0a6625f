using Canary.Controller.Hosting;
using k8s.Exceptions;
using Microsoft.Extensions.Options;

if (args is ["--help" or "-h"])
{
    Console.WriteLine("""
        Canary controller: watches Rollouts (canary.dev/v1alpha1) and carries them out.

        Usage: Canary.Controller [--Section:Name=value ...]    environment: CANARY_Section__Name=value

          --Kubernetes:Kubeconfig=FILE     a kubeconfig; the service account within a cluster by default
          --Kubernetes:Namespace=NAME      only the Rollouts of one namespace; all by default
          --Kubernetes:LeaderElection=false  only where there is certainly one process
          --shards N                       spread the Rollouts over N shards, each led by one of the replicas; 1 by default
          --Controller:Listen=http://0.0.0.0:8080   /healthz, /readyz, /metrics
          --Controller:LogFormat=Json|Console       --Controller:LogLevel=Information
          --Engine:Workers=8               passes at once
          --Scrape:Timeout=00:00:02        the longest that a pod may take to tell its metrics
        """);
    return 0;
}

try
{
    await ControllerHost.Build(args, TimeProvider.System).RunAsync();
    return 0;
}
catch (OptionsValidationException wrong)
{
    foreach (var failure in wrong.Failures)
    {
        Console.Error.WriteLine(failure);
    }

    return 2;
}
catch (InvalidOperationException wrong) when (wrong.InnerException is FormatException or ArgumentException or OverflowException)
{
    // configuration that is not of the option's type; the message names the option
    Console.Error.WriteLine(wrong.Message);
    return 2;
}
catch (KubeConfigException wrong)
{
    Console.Error.WriteLine($"Kubernetes:Kubeconfig: {wrong.Message}");
    return 2;
}
