using System.Diagnostics;
using System.Globalization;

namespace Canary.Testing.ControlPlanes;

/// <summary>Where the programs of a real control plane are: by envtest's convention, in the folder that KUBEBUILDER_ASSETS names.</summary>
public static class ControlPlanePrograms
{
    private const string Variable = "KUBEBUILDER_ASSETS";

    private static readonly string[] Names = ["kube-apiserver", "kube-controller-manager", "etcd", "kubectl"];

    /// <summary>The folder; null when the variable is not set.</summary>
    public static string? Folder { get; } = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named ? named : null;

    /// <summary>Why no real control plane can be started; null when it can.</summary>
    public static string? WhyAbsent { get; } = Folder is null
        ? $"There is no real API server here: {Variable} is not set; tests/setup.sh finds or builds one."
        : Array.Find(Names, name => !File.Exists(Path.Combine(Folder, name))) is { } missing ? $"{Variable} names {Folder}, where {missing} is missing." : null;

    /// <summary>The minor version of the control plane, such as 20.</summary>
    public static int Minor => MinorVersion.Value;

    private static Lazy<int> MinorVersion { get; } = new(() =>
    {
        using var process = Process.Start(new ProcessStartInfo(Find("kube-controller-manager"), ["--version"]) { RedirectStandardOutput = true })!; // not shell-executed, so never null
        return int.Parse(process.StandardOutput.ReadToEnd().Split('.')[1], CultureInfo.InvariantCulture); // "Kubernetes v1.20.2"
    });

    /// <summary>Path of one program.</summary>
    /// <param name="name">Such as <c>etcd</c>.</param>
    /// <exception cref="InvalidOperationException">There is none, for the reason that <see cref="WhyAbsent"/> says.</exception>
    public static string Find(string name) => WhyAbsent is null ? Path.Combine(Folder!, name) : throw new InvalidOperationException(WhyAbsent); // Folder is set where nothing is absent
}
